"""What oversight reads: accounts with their scope and last sign-in, sessions, tokens, the sign-in log.

Row-level security gives these rows to roles with oversight only; nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.formatting import HANOI_TIME
from api.usecases.accounts import access_account
from api.usecases.signin import Limits
from geo import people
from geo.tables import Account, AccountScope, ApiToken, Delegation, LoginSession, SignIn

OUTCOMES = ("ok", "wrong", "unknown", "disabled", "locked")
STATES = ("open", "new", "disabled")
SHOWN = 50  # rows of a page
FEW = 8  # rows of each list on the page of one account

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows newest first; `older` is the number that the next page lies before, None at the end."""

    rows: tuple[T, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the list: `wards` and `projects` are counts, `sessions` those that are open."""

    account: Account
    wards: int
    projects: int
    last_sign_in: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account with what oversight knows of it, newest first."""

    account: Account
    wards: tuple[str, ...]
    projects: tuple[str, ...]
    sessions: tuple[LoginSession, ...]
    tokens: tuple[ApiToken, ...]
    sign_ins: tuple[SignIn, ...]
    delegations: tuple[Delegation, ...]


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts: part of a name, role, state (open, new, disabled), a ward or project of the scope."""

    text: str = ""
    role: str = ""
    state: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class SignInFilter:
    """Which tries: account, outcome, network, days of Hanoi (both inclusive)."""

    account: str = ""
    outcome: str = ""
    network: str = ""
    first_day: date | None = None
    last_day: date | None = None


def accounts(
    session: Session, chosen: AccountFilter, limits: Limits, *, limit: int = SHOWN, offset: int = 0
) -> tuple[list[AccountRow], int]:
    """The accounts that match, by name, and how many there are in all."""
    conditions = _of_accounts(chosen)
    total = session.scalar(select(func.count()).select_from(Account).where(*conditions)) or 0
    rows = session.execute(
        select(
            Account,
            _count(AccountScope.account, AccountScope.kind == "ward"),
            _count(AccountScope.account, AccountScope.kind == "project"),
            select(func.max(SignIn.at))
            .where(SignIn.account == Account.name, SignIn.outcome == "ok")
            .scalar_subquery(),
            _count(LoginSession.account, *_alive(limits)),
        )
        .where(*conditions)
        .order_by(Account.name)
        .limit(limit)
        .offset(offset)
    )
    return [AccountRow(*row) for row in rows], total


def account_view(session: Session, name: str, limits: Limits) -> AccountView:
    """One account with its scope, open sessions and tokens, newest sign-ins and delegations. Raises NotFound."""
    row = access_account(session, name)
    wards, projects = people.scope_of(session, name)
    return AccountView(
        account=row,
        wards=tuple(wards),
        projects=tuple(projects),
        sessions=sessions(session, limits, account=name).rows,
        tokens=tokens(session, account=name).rows,
        sign_ins=sign_ins(session, SignInFilter(account=name), limit=FEW).rows,
        delegations=tuple(
            session.scalars(
                select(Delegation)
                .where(or_(Delegation.giver == name, Delegation.taker == name))
                .order_by(Delegation.ends_on.desc(), Delegation.id.desc())
                .limit(SHOWN)
            )
        ),
    )


def sessions(
    session: Session, limits: Limits, *, account: str = "", ended: bool = False, before: int | None = None
) -> Page[LoginSession]:
    """Sessions whose cookie opens something (with `ended` also those that are over) of one account or of all."""
    query = select(LoginSession)
    if account:
        query = query.where(LoginSession.account == account)
    if not ended:
        query = query.where(*_alive(limits))
    return page(session, query, LoginSession.id, before)


def tokens(
    session: Session, *, account: str = "", ended: bool = False, before: int | None = None
) -> Page[ApiToken]:
    """API tokens that are good (with `ended` also those revoked or expired) of one account or of all."""
    query = select(ApiToken)
    if account:
        query = query.where(ApiToken.account == account)
    if not ended:
        query = query.where(ApiToken.ended_at.is_(None), ApiToken.expires_at > func.clock_timestamp())
    return page(session, query, ApiToken.id, before)


def sign_ins(
    session: Session, chosen: SignInFilter, *, before: int | None = None, limit: int = SHOWN
) -> Page[SignIn]:
    """The tries to sign in that match."""
    query = select(SignIn)
    if chosen.account:
        query = query.where(SignIn.account == chosen.account)
    if chosen.outcome:
        query = query.where(SignIn.outcome == chosen.outcome)
    if chosen.network:
        query = query.where(SignIn.network == chosen.network)
    query = query.where(*between(SignIn.at, chosen.first_day, chosen.last_day))
    return page(session, query, SignIn.id, before, limit=limit)


def between(
    moment: InstrumentedAttribute[datetime], first: date | None, last: date | None
) -> list[ColumnElement[bool]]:
    """The conditions for a moment on the days from `first` to `last` of Hanoi, both inclusive."""
    found: list[ColumnElement[bool]] = []
    if first is not None:
        found.append(moment >= datetime.combine(first, time(), HANOI_TIME))
    if last is not None and last < date.max:
        found.append(moment < datetime.combine(last + timedelta(days=1), time(), HANOI_TIME))
    return found


def page(
    session: Session,
    query: Select[T],
    number: InstrumentedAttribute[int],
    before: int | None,
    *,
    limit: int = SHOWN,
) -> Page[T]:
    """The newest rows of a query whose number lies below `before`: paging that new rows do not shift."""
    if before is not None:
        query = query.where(number < before)
    rows = session.scalars(query.order_by(number.desc()).limit(limit + 1)).all()
    older = getattr(rows[limit - 1], number.key) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), older)


def _alive(limits: Limits) -> tuple[ColumnElement[bool], ...]:
    now = func.clock_timestamp()
    return (
        LoginSession.ended_at.is_(None),
        LoginSession.last_seen_at > now - timedelta(seconds=limits.idle),
        LoginSession.created_at > now - timedelta(seconds=limits.absolute),
    )


def _of_accounts(chosen: AccountFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.text:
        # LIKE's own signs in what was typed mean themselves.
        columns = (Account.name, Account.display_name, Account.organisation, Account.person)
        found.append(or_(*(column.icontains(chosen.text, autoescape=True) for column in columns)))
    if chosen.role:
        found.append(Account.role == chosen.role)
    if chosen.state == "disabled":
        found.append(Account.disabled_at.is_not(None))
    elif chosen.state in STATES:
        found.append(Account.disabled_at.is_(None))
        if chosen.state == "new":
            found.append(Account.must_change.is_(True))
    if chosen.scope:
        scoped = select(AccountScope.account).where(
            AccountScope.account == Account.name, AccountScope.code == chosen.scope
        )
        found.append(exists(scoped))
    return found


def _count(owner: InstrumentedAttribute[str], *conditions: ColumnElement[bool]) -> Any:
    query = select(func.count()).where(owner == Account.name, *conditions)
    return query.correlate(Account).scalar_subquery()
