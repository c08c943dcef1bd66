"""What a transaction may see: the settings that row-level security reads, set for this transaction only.

Nothing set means nothing seen. `enter` is called once per request with whoever asks; `door` opens the tables of
sign-in; `calculating` widens the reach to all cases and parcels (never people) while the critical path is computed,
because a date depends on the land of every ward. What a calculation gives is filtered before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from projects.rights import Principal

_SET = text(
    """
    select set_config('duonggang.reach', :reach, true), set_config('duonggang.wards', :wards, true),
           set_config('duonggang.projects', :projects, true), set_config('duonggang.account', :account, true),
           set_config('duonggang.people', :people, true), set_config('duonggang.oversight', :oversight, true),
           set_config('duonggang.role', :role, true)
    """
)
# What is lost with a crash here is when somebody was last seen, and a count.
_DOOR = text(f"{_SET.text.rstrip()}, set_config('synchronous_commit', :commit, true)")
_REACH = text("select set_config('duonggang.reach', :reach, true)")
_WIDEN = text(
    """
    select coalesce(current_setting('duonggang.reach', true), ''),
           set_config('duonggang.reach', 'calculation', true)
    """
)


def enter(session: Session, who: Principal) -> None:
    """From here to the end of the transaction `session` sees what `who` may see."""
    session.execute(
        _SET,
        {
            "reach": "" if who.is_public else who.reach,  # nobody is not somebody without cases
            "wards": ",".join(sorted(who.wards)),
            "projects": ",".join(sorted(who.projects)),
            "account": who.account,
            "people": "on" if who.role.people else "",
            "oversight": "on" if who.role.oversight else "",
            "role": who.role.code,
        },
    )


def door(session: Session, *, durable: bool = True) -> None:
    """Opens accounts, sessions, tokens, sign-ins and rate limits, and nothing else, to this transaction.

    Not `durable`: its commit does not wait for the disk.
    """
    settings = dict.fromkeys(("wards", "projects", "account", "people", "oversight", "role"), "")
    session.execute(_DOOR, settings | {"reach": "door", "commit": "on" if durable else "off"})


@contextmanager
def calculating(session: Session) -> Iterator[None]:
    """All cases, parcels and their events for the length of a `with`; the reach of before returns afterwards."""
    before = session.scalar(_WIDEN)  # columns are made in their order
    try:
        yield
    except BaseException:
        # After a failed statement the transaction is over, and its settings with it.
        with suppress(SQLAlchemyError):
            session.execute(_REACH, {"reach": before})
        raise
    if before != "calculation":
        session.execute(_REACH, {"reach": before})
