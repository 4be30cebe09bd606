"""Makes a PDF page, and writes headings and lines on it."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fpdf import FPDF

# DejaVu has every alphabet that our people write in, and comes with the library that draws the market's picture.
FONTS: Final = Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")))


def new_page(at: datetime) -> FPDF:
    from fpdf import FPDF  # noqa: PLC0415 - slow to load, and no start waits for a document

    page = FPDF()
    page.set_creation_date(at)
    page.add_font("DejaVu", "", FONTS / "DejaVuSans.ttf")
    page.add_font("DejaVu", "B", FONTS / "DejaVuSans-Bold.ttf")
    page.set_auto_page_break(auto=True, margin=18)
    page.add_page()
    return page


def line(page: FPDF, text: str, size: int, style: str = "") -> None:
    from fpdf.enums import Align, XPos, YPos  # noqa: PLC0415 - as above

    page.set_font("DejaVu", style, size)
    page.multi_cell(0, size * 0.55, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def heading(page: FPDF, text: str) -> None:
    line(page, text, 15, "B")
    page.ln(3)
