"""Stores checked files and returns them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from core.kernel.compiled_statements import find_by_key
from core.kernel.errors import NotFound
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from core.people.files.model import Checked, FileContent, KeptFile


def keep(ctx: Ctx, file: Checked) -> KeptFile:
    """Keep a file for the acting person."""
    if find_by_key(ctx.session, FileContent, file.sha256) is None:
        ctx.session.add(FileContent(sha256=file.sha256, content=file.content))
        ctx.session.flush()
    kept = KeptFile(
        id=ctx.new_id(),
        person_id=acting(ctx).id,
        sha256=file.sha256,
        name=file.name,
        mime=file.mime,
        size=len(file.content),
        kept_at=ctx.now,
    )
    ctx.session.add(kept)
    ctx.session.flush()
    return kept


def content_of(ctx: Ctx, file_id: str) -> Checked:
    """Return a kept file with its bytes. Raises NotFound. The thing that it belongs to decides who may see it."""
    kept = find_by_key(ctx.session, KeptFile, file_id)
    content = find_by_key(ctx.session, FileContent, kept.sha256) if kept is not None else None
    if kept is None or content is None:
        raise NotFound
    return Checked(kept.name, kept.mime, content.content, kept.sha256)


def kept_files(ctx: Ctx, file_ids: Iterable[str]) -> list[KeptFile]:
    """Return what is known of these files, without their bytes; an erased one is left out."""
    found = [find_by_key(ctx.session, KeptFile, file_id) for file_id in file_ids]
    return [kept for kept in found if kept is not None]


def erase(ctx: Ctx, file_ids: Collection[str]) -> None:
    """Erase these files, and their bytes too, unless another file has the same ones."""
    hashes = set(ctx.session.scalars(select(KeptFile.sha256).where(KeptFile.id.in_(file_ids))))
    ctx.session.execute(delete(KeptFile).where(KeptFile.id.in_(file_ids)))
    kept = set(ctx.session.scalars(select(KeptFile.sha256).where(KeptFile.sha256.in_(hashes))))
    ctx.session.execute(delete(FileContent).where(FileContent.sha256.in_(hashes - kept)))


def own(ctx: Ctx, file_ids: Iterable[str]) -> list[KeptFile]:
    """Return the acting person's own files by id. Raises NotFound for one that is missing or another person's."""
    person = acting(ctx)
    found = [find_by_key(ctx.session, KeptFile, file_id) for file_id in file_ids]
    if any(kept is None or kept.person_id != person.id for kept in found):
        raise NotFound
    return [kept for kept in found if kept is not None]
