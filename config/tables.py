"""Every table of the product in one metadata: read by the migrations, and by tests that make a database at once."""

from __future__ import annotations

import importlib
import pkgutil

import core
from core.kernel.db import Table

# A table is known once its module was imported. Looked up rather than listed: nobody can forget to add theirs.
for module in pkgutil.walk_packages(core.__path__, "core."):
    importlib.import_module(module.name)

METADATA = Table.metadata
