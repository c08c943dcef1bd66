"""Days off and of compensation are set under the law

Revision: 0040
Follows: 0036
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0036"
branch_labels = None
depends_on = None

KEYS = "alter table law_setting drop constraint ck_law_setting_key_known, add constraint ck_law_setting_key_known "


def upgrade() -> None:
    op.execute(KEYS + "check (key ~ '^(threshold|target|rule|delegation|regime|holiday)[.]')")


def downgrade() -> None:
    op.execute("delete from law_setting where key like 'holiday.%'")
    op.execute(KEYS + "check (key ~ '^(threshold|target|rule|delegation|regime)[.]')")
