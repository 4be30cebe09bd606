"""Export of a person's data: one JSON text by subject, with the photos and papers they have sent in."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import inspect, select

from core.kernel.database import columns
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting
from core.people.files.model import Checked, FileContent, KeptFile
from core.people.files.service import erase, keep
from core.privacy.export.plan import ZIP, Own, sections_of

TEXT: Final = "copy.json"
SAME_COPY_FOR: Final = timedelta(minutes=10)  # a second request within this time is given the same one
LARGEST_PART: Final = 20 * 1024 * 1024  # bytes of files in one; both platforms take larger ones from a bot
READ_SO: Final = (
    "Amounts named _minor are in the smallest unit of their currency. Moments are in UTC. What others have written, "
    "and terms that not both sides have signed, are not yours alone and are left out."
)


def take_copy(ctx: Ctx) -> list[KeptFile]:
    """Export everything that is kept of the actor, in one zip file, or several if their files are large.

    The first has `copy.json`: by section and table, a list of rows. Earlier copies are gone after it.
    """
    person = acting(ctx)
    copies = select(KeptFile).where(KeptFile.person_id == person.id, KeptFile.mime == ZIP).order_by(KeptFile.id)
    known = list(ctx.session.scalars(copies))
    if known and ctx.now - known[0].kept_at < SAME_COPY_FOR:
        return known
    erase(ctx, [each.id for each in known])
    written = json.dumps(_copy(ctx, person), ensure_ascii=False, indent=1).encode()
    parts = _parts([(TEXT, written), *_files(ctx, person)])
    many = len(parts) > 1
    return [
        keep(ctx, _zipped(ctx, f"parley-{ctx.now:%Y-%m-%d}{f'-{number}' if many else ''}.zip", part))
        for number, part in enumerate(parts, 1)
    ]


def _copy(ctx: Ctx, person: Person) -> dict[str, Any]:
    """Return the kept rows as JSON has them; tables without rows of theirs are left out."""
    made: dict[str, Any] = {"made_at": ctx.now.isoformat(), "how_to_read": READ_SO}
    for name, section in sections_of(person).items():
        tables: dict[str, list[dict[str, Any]]] = {}
        for own in section:
            if rows := _rows(ctx, own):
                tables.setdefault(own.table.__tablename__, []).extend(rows)
        if tables:
            made[name] = tables
    return made


def _rows(ctx: Ctx, own: Own) -> list[dict[str, Any]]:
    in_order = inspect(own.table).primary_key
    rows = ctx.session.scalars(select(own.table).where(own.where).order_by(*in_order))
    return [{name: value for name, value in columns(row).items() if name not in own.but} for row in rows]


def _files(ctx: Ctx, person: Person) -> Iterator[tuple[str, bytes]]:
    """Yield photos and papers, each under its id, by which rows name it."""
    sent_in = (
        select(KeptFile.id, KeptFile.name, FileContent.content)
        .join(FileContent, FileContent.sha256 == KeptFile.sha256)
        .where(KeptFile.person_id == person.id)
        .order_by(KeptFile.id)
    )
    for file_id, name, content in ctx.session.execute(sent_in):
        yield f"files/{file_id}-{name.replace('/', '_')}", content


def _parts(files: Iterable[tuple[str, bytes]]) -> list[list[tuple[str, bytes]]]:
    """Group the files in their order, as many together as one part may have; one alone may be larger."""
    parts: list[list[tuple[str, bytes]]] = []
    size = 0
    for name, content in files:
        if not parts or size + len(content) > LARGEST_PART:
            parts.append([])
            size = 0
        parts[-1].append((name, content))
        size += len(content)
    return parts


def _zipped(ctx: Ctx, name: str, files: Iterable[tuple[str, bytes]]) -> Checked:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for inner, content in files:
            how = zipfile.ZIP_DEFLATED if inner == TEXT else zipfile.ZIP_STORED  # photos are packed already
            archive.writestr(zipfile.ZipInfo(inner, ctx.now.timetuple()[:6]), content, how)
    content = packed.getvalue()
    return Checked(name, ZIP, content, hashlib.sha256(content).hexdigest())
