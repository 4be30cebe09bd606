"""All tables of the product in one metadata: for the migrations, and for tests that create a database at once."""

from __future__ import annotations

import importlib
import pkgutil

from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

import core
from core.kernel.database import Table

# A table is known once its module was imported. Modules are looked up rather than listed, so none can be forgotten.
for module in pkgutil.walk_packages(core.__path__, "core."):
    importlib.import_module(module.name)

METADATA = Table.metadata

# slack_sdk keeps the tokens of other workspaces in its own tables. They contain no personal data.
WORKSPACES = {
    SQLAlchemyInstallationStore.build_installations_table(METADATA, "slack_installations").name,
    SQLAlchemyInstallationStore.build_bots_table(METADATA, "slack_bots").name,
    SQLAlchemyOAuthStateStore.build_oauth_states_table(METADATA, "slack_oauth_states").name,
}
