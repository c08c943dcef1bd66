"""News of people

Revision: 0016
Follows: 0015

Whoever keeps in memory that somebody was let in hears at once when that may have changed: each statement that changes
an account, its scope, a delegation, or ends a session or a token notifies the channel `account_news` at its commit.
Being seen (`last_seen_at`, `last_used_at`), signing in and making a token take nothing from anybody and say nothing:
notifying commits wait for each other, and those are on the way of every request.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FUNCTION = """
create function tell_account_news() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    perform pg_notify('account_news', '');
    return null;
end $$
"""
WHEN = {
    "account": "update or delete or truncate",
    "account_scope": "insert or update or delete or truncate",
    "delegation": "insert or update or delete or truncate",
    "login_session": "update of secret_hash, account, epoch, created_at, ended_at or delete or truncate",
    "api_token": "update of secret_hash, account, scopes, expires_at, ended_at or delete or truncate",
}


def upgrade() -> None:
    op.execute(FUNCTION)
    for table, writes in WHEN.items():
        op.execute(
            f"create trigger tell_account_news after {writes} on {table} "
            "for each statement execute function tell_account_news()"
        )


def downgrade() -> None:
    for table in WHEN:
        op.execute(f"drop trigger tell_account_news on {table}")
    op.execute("drop function tell_account_news()")
