"""The payment provider of each seller, and references that name a further provider."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.compiled_statements import add_once
from core.kernel.database import Instant, Table
from core.kernel.transaction import Ctx

SEPARATOR: Final = ":"


class SellerProvider(Table):
    """The provider that takes a seller's payments and pays them out. It stays: money leaves where it came in."""

    __tablename__ = "seller_provider"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(Instant)


def provider_of(ctx: Ctx, organisation_id: str) -> str | None:
    """Return the code of a seller's provider; None before one is chosen."""
    found = ctx.session.get(SellerProvider, organisation_id)
    return found.provider if found is not None else None


def choose_provider(ctx: Ctx, organisation_id: str, code: str) -> str:
    """Choose a seller's provider, once. Return the code that holds, which another transaction may have chosen."""
    add_once(ctx.session, SellerProvider, organisation_id=organisation_id, provider=code, since=ctx.now)
    return provider_of(ctx, organisation_id) or code


def qualified(code: str, ref: str) -> str:
    """Return a reference of the further provider `code`, as our rows keep it. The first provider's are unchanged."""
    return f"{code}{SEPARATOR}{ref}"


def provider_in(ref: str) -> str | None:
    """Return the code of the further provider that a reference names; None if it is the first provider's."""
    code, blocking, _ = ref.partition(SEPARATOR)
    return code if blocking else None


def plain(ref: str) -> str:
    """Return the reference as its provider knows it."""
    return ref.partition(SEPARATOR)[2] or ref
