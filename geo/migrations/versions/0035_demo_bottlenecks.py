"""An invented stand of a bottleneck says that it is one

Revision: 0035
Follows: 0033
"""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table bottleneck_entry add column is_demo boolean not null default false")


def downgrade() -> None:
    op.execute("alter table bottleneck_entry drop column is_demo")
