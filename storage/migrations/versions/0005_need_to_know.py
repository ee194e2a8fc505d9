"""Who is named to a restricted case, a second yes, holds, exports, copies in personal chats, the marks of keys.

New columns keep their defaults in the database: to take those away would copy whole tables in SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RUN_CASES = "agency IN ('education', 'mp_team') OR role NOT IN ({})"
ROLES_BEFORE = "'administrator', 'manager', 'mp_team', 'officer'"
ROLES = "'administrator', 'data_protection', 'manager', 'mp_team', 'officer'"


def upgrade() -> None:
    op.create_table(
        "key",
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("use"),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_asked_by"), ["asked_by"], unique=False)

    op.create_table(
        "export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["child_id"],
            ["child.id"],
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("placed_by", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["child_id"],
            ["child.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_child_id"), ["child_id"], unique=False)

    op.create_table(
        "admitted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("admitted", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admitted_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_admitted_person", ["person_id", "case_id"], unique=False)

    op.create_table(
        "privatecopy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("reference", sa.JSON(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("shown_at", sa.DateTime(), nullable=False),
        sa.Column("fades_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["enquiry_id"],
            ["enquiry.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("privatecopy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_privatecopy_fades_at"), ["fades_at"], unique=False)

    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wrapped_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_child_wrapped_by"), ["wrapped_by"], unique=False)

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wrapped_by", sa.String(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_enquiry_wrapped_by"), ["wrapped_by"], unique=False)

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(), nullable=True))

    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(), nullable=True))

    with op.batch_alter_table("viewed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("basis", sa.String(40), server_default="casework", nullable=False))

    _let_roles_be(ROLES)


def downgrade() -> None:
    op.execute("UPDATE person SET role = 'viewer' WHERE role = 'data_protection'")
    _let_roles_be(ROLES_BEFORE)
    with op.batch_alter_table("viewed", schema=None) as batch_op:
        batch_op.drop_column("basis")

    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_column("checked_at")

    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_column("gone_at")
        batch_op.drop_column("checked_at")

    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enquiry_wrapped_by"))
        batch_op.drop_column("wrapped_by")

    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_child_wrapped_by"))
        batch_op.drop_column("erased_at")
        batch_op.drop_column("wrapped_by")

    with op.batch_alter_table("privatecopy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_privatecopy_fades_at"))

    op.drop_table("privatecopy")
    with op.batch_alter_table("admitted", schema=None) as batch_op:
        batch_op.drop_index("ix_admitted_person")
        batch_op.drop_index(batch_op.f("ix_admitted_case_id"))

    op.drop_table("admitted")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_child_id"))

    op.drop_table("hold")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_expires_at"))
        batch_op.drop_index(batch_op.f("ix_export_child_id"))

    op.drop_table("export")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_asked_by"))

    op.drop_table("approval")
    op.drop_table("key")


def _let_roles_be(roles: str) -> None:
    """The roles that only the council's own staff may have."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint("ck_person_role", type_="check")
        batch_op.create_check_constraint("ck_person_role", RUN_CASES.format(roles))
