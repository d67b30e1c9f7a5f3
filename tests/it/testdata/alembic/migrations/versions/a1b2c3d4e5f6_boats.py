"""boats"""

from alembic import op

revision = "a1b2c3d4e5f6"
down_revision = None


def upgrade():
    op.execute("CREATE TABLE boats (name text)")
    op.execute("CREATE TABLE passed (revision text)")
    op.execute("INSERT INTO passed VALUES ('a1b2c3d4e5f6')")


def downgrade():
    op.execute("DROP TABLE passed")
    op.execute("DROP TABLE boats")
