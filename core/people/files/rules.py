"""Checks of a file: size, real type by its first bytes, pixels. A photo loses its metadata."""

from __future__ import annotations

import hashlib
import io

from PIL import Image, ImageOps, UnidentifiedImageError

from core.kernel.errors import Invalid
from core.people.files.model import ACCEPTED, CALENDAR_MIME, LARGEST, MOST_PIXELS, Checked

UTF8_BOM = b"\xef\xbb\xbf"
LONGEST_EDGE = 2560  # pixels of a picture that we keep
# Modes that Pillow makes smaller well, and without a copy of the whole picture. JPEG is decoded smaller at once.
SCALABLE = frozenset({"RGB", "L", "CMYK", "YCbCr"})
PDF = b"%PDF-"
CALENDAR = b"BEGIN:VCALENDAR"  # RFC 5545, 3.4: nothing may stand before it


def inspect(name: str, content: bytes) -> Checked:
    """Check a file and make it harmless. A photo takes time and much memory: `FileChecker` has it done in a process.

    Raises Invalid: file.empty, file.too_large, file.type, file.broken.
    """
    if not content:
        raise Invalid("file.empty", name=name)
    if len(content) > LARGEST:
        raise Invalid("file.too_large", name=name, limit=LARGEST // 1024 // 1024)
    if content.startswith(PDF):
        return checked(name, "application/pdf", content)
    if _is_calendar(content):
        return checked(name, CALENDAR_MIME, content)
    return checked(name, "image/jpeg", photo(name, content))


def is_picture(content: bytes) -> bool:
    """Return whether `inspect` would try to decode this file."""
    return 0 < len(content) <= LARGEST and not content.startswith(PDF) and not _is_calendar(content)


def _is_calendar(content: bytes) -> bool:
    return content[: len(UTF8_BOM) + len(CALENDAR)].removeprefix(UTF8_BOM).startswith(CALENDAR)


def photo(name: str, content: bytes) -> bytes:
    """Rewrite the image as JPEG: upright, without EXIF (where it was taken is private)."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Invalid("file.too_many_pixels", name=name, limit=MOST_PIXELS // 1_000_000)
            small = image if image.mode in SCALABLE else image.convert("RGB")
            small.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(small).convert("RGB")
            written = io.BytesIO()
            upright.save(written, "JPEG", quality=85)
            return written.getvalue()
    except UnidentifiedImageError as fault:
        raise Invalid("file.type", name=name, accepted=", ".join(ACCEPTED)) from fault
    except (OSError, Image.DecompressionBombError, SyntaxError, ValueError) as fault:
        raise Invalid("file.broken", name=name) from fault


def checked(name: str, mime: str, content: bytes) -> Checked:
    plain = "".join(letter for letter in name if letter.isprintable() and letter not in '/\\<>"').strip()[-120:]
    return Checked(plain or "file", mime, content, hashlib.sha256(content).hexdigest())
