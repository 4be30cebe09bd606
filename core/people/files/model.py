"""Kept files: what is accepted, and the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table

LARGEST = 10 * 1024 * 1024  # bytes; both platforms let us send this much as a photo or document
MOST_PIXELS = 40_000_000  # a 10 MB image can unpack to gigabytes
CALENDAR_MIME = "text/calendar"
ACCEPTED = ("JPEG", "PNG", "WebP", "PDF")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was looked at: its real type, and its bytes without what the camera added."""

    name: str
    mime: str
    content: bytes
    sha256: str


class FileContent(Table):
    """Bytes by their hash: the same photo twice is kept once."""

    __tablename__ = "file_content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class KeptFile(Table):
    """A file as a person sent it in."""

    __tablename__ = "kept_file"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("file_content.sha256"))
    name: Mapped[str] = mapped_column(String(120))
    mime: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    kept_at: Mapped[datetime] = mapped_column(Instant)
