"""Letters of every kind, closures of schools, exceptions, adopted rule packs, and the weekdays that people work"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("setting_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["setting_id"],
            ["setting.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("setting_id", "first_day"),
    )
    op.create_table(
        "rulepack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("adopted_by", sa.Integer(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adopted_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "pattern",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cover_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.add_column("case", sa.Column("round", sa.String(), nullable=True))
    op.create_index("ix_case_round", "case", ["child_id", "round"], unique=True)

    op.create_index("ix_deadline_duty", "deadline", ["state", "information", "legal", "safe", "agency"])
    op.drop_index("ix_deadline_legal", table_name="deadline")
    op.drop_index("ix_deadline_state", table_name="deadline")

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exception", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.alter_column("exception", server_default=None)

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(40), nullable=False, server_default="mp_letter"))

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.alter_column("kind", server_default=None)

    op.add_column("post", sa.Column("due_at", sa.DateTime(), nullable=True))
    op.create_index(op.f("ix_nudge_at"), "nudge", ["at"], unique=False)

    op.create_index("ix_post_in_hand", "post", ["connection_id", "claimed_until"])
    op.create_index("ix_post_room", "post", ["room_id", "state", "refresh", "not_before", "id"])
    op.create_index("ix_post_person", "post", ["person_id", "connection_id", "state", "not_before", "id"])
    op.create_index(
        "ix_post_people",
        "post",
        ["connection_id", "state", "not_before", "id"],
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.drop_index("ix_post_room_id", table_name="post")
    op.drop_index("ix_post_person_id", table_name="post")


def downgrade() -> None:
    op.create_index("ix_post_person_id", "post", ["person_id"])
    op.create_index("ix_post_room_id", "post", ["room_id"])
    for index in ("ix_post_people", "ix_post_person", "ix_post_room", "ix_post_in_hand"):
        op.drop_index(index, table_name="post")

    op.drop_index(op.f("ix_nudge_at"), table_name="nudge")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("due_at")

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_column("exception")

    op.create_index("ix_deadline_state", "deadline", ["state"])
    op.create_index("ix_deadline_legal", "deadline", ["legal"])
    op.drop_index("ix_deadline_duty", table_name="deadline")

    op.drop_index("ix_case_round", table_name="case")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_column("round")

    op.drop_table("pattern")
    op.drop_table("rulepack")
    op.drop_table("closure")
