"""Steps only as they may follow each other; the undo of an import knows the parts of a case

Revision: 0024
Follows: 0023
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from geo.migrations import land_writing, lawful_moves

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().execute(text(lawful_moves.MOVES.replace(":", r"\:")))
    _undo(land_writing.UNDO_WITH_PARTS)


def downgrade() -> None:
    _undo(land_writing.UNDO)
    op.execute(lawful_moves.DROP_MOVES)


def _undo(body: str) -> None:
    replacing = body.replace("create function land_undo", "create or replace function land_undo")
    op.get_bind().execute(text(replacing.replace(":", r"\:")))
