"""What was measured of the land of an accepted import: alignments it touches, and what the corridor takes

Revision: 0014
Follows: 0010
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from geo.migrations import land_measured

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().execute(text(land_measured.FUNCTIONS.replace(":", r"\:")))


def downgrade() -> None:
    op.execute(land_measured.DROP_FUNCTIONS)
