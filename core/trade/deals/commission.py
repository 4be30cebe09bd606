"""Parley's commission on deals, and the ways in which a market settles them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

COMMISSION_BP: Final = 250  # share of what is released to a seller, unless the settings name another

# Settlement of a deal: the two choose ("choice", held unless both want otherwise), always "held", or always "direct".
Settlement = Literal["choice", "held", "direct"]


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """The market's terms for new deals; each deal keeps the terms it was made on.

    `commission_bp`: our share of what is released, in basis points.
    `settlement`: the way of settlement for currencies that can be `held` (None: any).

    Deals in other currencies are settled between the two. The provider would change such money into another currency,
    so no seller could be paid the agreed amount.
    """

    commission_bp: int
    settlement: Settlement = "choice"
    held: frozenset[str] | None = None

    def settled_by(self, currency: str) -> Settlement:
        return self.settlement if self.held is None or currency in self.held else "direct"
