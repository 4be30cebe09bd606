"""Files as Telegram keeps them: real bytes under a file_id, and a photo in several sizes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from lab.telegram.call import Call, Upload, bad_request
from lab.telegram.limits import DOWNLOAD_BYTES, PHOTO_BYTES, UPLOAD_BYTES
from lab.world import Clock

# The longest sides of the sizes that Telegram makes of a photo.
SIDES = (90, 320, 800, 1280)
# "It is guaranteed that the link will be valid for at least 1 hour" (Bot API, getFile); the lab's lasts no longer.
PATH_LIFE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    unique_id: str
    path: str  # as getFile gives it
    name: str
    mime: str
    content: bytes
    width: int = 0
    height: int = 0

    def as_file(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}

    def as_size(self) -> dict[str, Any]:
        return self.as_file() | {"width": self.width, "height": self.height}

    def as_document(self) -> dict[str, Any]:
        return self.as_file() | {"file_name": self.name, "mime_type": self.mime}


class Files:
    """All files of one bot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lent: dict[str, datetime] = {}  # path -> the time until which it can be fetched
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._photos: dict[str, list[StoredFile]] = {}  # the largest size's file_id -> all sizes

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Return the file at a path that `getFile` gave out within the last hour."""
        until = self._lent.get(path)
        return self._by_path[path] if until is not None and self._clock.now() <= until else None

    def describe(self, call: Call) -> dict[str, Any]:
        """Answer `getFile`."""
        stored = self.get(call.text("file_id"))
        if stored is None:
            raise bad_request("invalid file_id")
        if len(stored.content) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        self._lent[stored.path] = self._clock.now() + PATH_LIFE
        return stored.as_file() | {"file_path": stored.path}

    def given(self, call: Call, value: Any, kind: str) -> dict[str, Any]:
        """Return the part of a message for a parameter: an upload, `attach://part` or a known file_id."""
        upload = call.files.get(kind) if value in (None, "") else None
        if isinstance(value, str) and value.startswith("attach://"):
            upload = call.files.get(value.removeprefix("attach://"))
        if upload:
            return self.take(upload, kind)
        if value in (None, ""):
            raise bad_request(f"there is no {kind} in the request")
        return self.known(str(value), kind)

    def take(self, upload: Upload, kind: str, *, largest: int = UPLOAD_BYTES) -> dict[str, Any]:
        """Keep new bytes; return `{"photo": [PhotoSize, ...]}` or `{"document": Document}`."""
        if not upload.content:
            raise bad_request("file must be non-empty")
        if kind == "photo":
            return {"photo": [size.as_size() for size in self._sizes(upload)]}
        if len(upload.content) > largest:
            raise bad_request("file is too big")
        return {"document": self._keep(upload.name, upload.mime, upload.content, "documents").as_document()}

    def known(self, file_id: str, kind: str) -> dict[str, Any]:
        if file_id.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")  # the lab has no internet to fetch from
        stored = self.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if (kind == "photo") != (file_id in self._photos):
            raise bad_request("type of file mismatch")
        if kind == "photo":
            return {"photo": [size.as_size() for size in self._photos[file_id]]}
        return {"document": stored.as_document()}

    def _sizes(self, upload: Upload) -> list[StoredFile]:
        if len(upload.content) > PHOTO_BYTES:
            raise bad_request(
                f"file of size {len(upload.content)} bytes is too big for a photo; "
                f"the maximum size is {PHOTO_BYTES} bytes"
            )
        try:
            image = Image.open(io.BytesIO(upload.content))
            image.load()
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
            raise bad_request("IMAGE_PROCESS_FAILED") from error
        width, height = image.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        sizes = []
        for side in SIDES:
            if side < max(width, height):
                small = image.convert("RGB")
                small.thumbnail((side, side))
                written = io.BytesIO()
                small.save(written, "JPEG", quality=85)
                sizes.append(self._keep("photo.jpg", "image/jpeg", written.getvalue(), "photos", size=small.size))
        # Telegram also compresses the largest size. Here it stays as sent, so that bytes can be compared.
        sizes.append(self._keep(upload.name, upload.mime, upload.content, "photos", size=image.size))
        for size in sizes:
            self._photos[size.file_id] = sizes
        return sizes

    def _keep(self, name: str, mime: str, content: bytes, folder: str, *, size: tuple[int, int] = (0, 0)) -> StoredFile:
        number = len(self._by_id) + 1
        unique = hashlib.sha256(content).hexdigest()[:16]
        suffix = name.rsplit(".", 1)[-1] if "." in name else "bin"
        file_id = f"BQAC-lab-{number:06d}-{unique}"
        stored = StoredFile(file_id, unique, f"{folder}/file_{number}.{suffix}", name, mime, content, *size)
        self._by_id[file_id] = self._by_path[stored.path] = stored
        return stored
