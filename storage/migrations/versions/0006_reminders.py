"""An index by which the reminders of a day are found: they are entries, and there is no other table of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IS_REMINDER = "kind = 'reminder_set'"


def upgrade() -> None:
    op.create_index(
        "ix_entry_reminder",
        "entry",
        ["happened_on"],
        sqlite_where=sa.text(IS_REMINDER),
        postgresql_where=sa.text(IS_REMINDER),
    )


def downgrade() -> None:
    op.drop_index("ix_entry_reminder", table_name="entry")
