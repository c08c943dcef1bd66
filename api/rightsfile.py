"""The rights table of this installation, read once: `data/rights.md` beside the code."""

from __future__ import annotations

from functools import cache

from api.settings import REPOSITORY
from projects.rights import Principal, Rights, Role, parse_rights

FILE = REPOSITORY / "data" / "rights.md"
# What commands of the operator are: they see all cases, no personal data, and may do what the table does not list.
SYSTEM_ROLE = Role("system", "Lệnh duonggang", "duonggang command", "all", people=False, oversight=False)


@cache
def rights() -> Rights:
    """The table. Raises ValueError when the file is not right: nothing runs without it."""
    return parse_rights(FILE.read_text(encoding="utf-8"))


def system(account: str) -> Principal:
    """A command of the operator, named `account` in the history."""
    return Principal(account, account, SYSTEM_ROLE, person=account)
