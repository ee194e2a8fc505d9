"""How Alembic runs here: on the connection that `storage.migrate` hands over, inside its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  which fills the metadata
from storage.columns import Moment, Word


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own column types as the plain ones beneath: a revision must not change when the code does."""
    if kind != "type":
        return False
    if isinstance(item, Word):
        return "sa.String(40)"
    if isinstance(item, Moment):
        return "sa.DateTime()"
    return "sa.String()" if type(item).__name__ == "AutoString" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=plain_type,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
