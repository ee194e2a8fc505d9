"""The version of a ladder that a deadline began under, and how often a message may have gone out again"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deadline", sa.Column("ladder_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("post", sa.Column("repeats", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("deadline") as deadline:
        deadline.alter_column("ladder_version", server_default=None)
    with op.batch_alter_table("post") as post:
        post.alter_column("repeats", server_default=None)


def downgrade() -> None:
    op.drop_column("post", "repeats")
    op.drop_column("deadline", "ladder_version")
