"""crew; stays in the middle where a test asks for it"""

import os
import time

from alembic import op

revision = "b2c3d4e5f6a1"
down_revision = "a1b2c3d4e5f6"


def upgrade():
    op.execute("CREATE TABLE crew (name text)")
    op.execute("INSERT INTO passed VALUES ('b2c3d4e5f6a1')")
    if "STAY_IN_THE_MIDDLE" in os.environ:
        print("in the middle of b2c3d4e5f6a1", flush=True)
        time.sleep(600)


def downgrade():
    op.execute("DROP TABLE crew")
