"""cargo; fails where a test asks for it"""

import os

from alembic import op

revision = "c3d4e5f6a1b2"
down_revision = "b2c3d4e5f6a1"


def upgrade():
    op.execute("CREATE TABLE cargo (name text)")
    op.execute("INSERT INTO passed VALUES ('c3d4e5f6a1b2')")
    if "FAIL_AT_THE_END" in os.environ:
        op.execute("SELECT no_such_column")


def downgrade():
    op.execute("DROP TABLE cargo")
