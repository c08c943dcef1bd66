"""The ways the core can refuse, with no HTTP in them: every error carries all its faults as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DuongGangError(Exception):
    """Base of every refusal that a user may see."""


class NotFound(DuongGangError):
    """No such object. `kind` is project, case, ward, …; `code` is what was asked for."""

    def __init__(self, kind: str, code: str) -> None:
        super().__init__(f"{kind} {code!r} not found")
        self.kind = kind
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (file, row or field) and why, in both languages."""

    where: str
    vi: str
    en: str


class InvalidInput(DuongGangError):
    """The input as a whole is refused; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{f.where}: {f.en}" for f in faults))
        self.faults = tuple(faults)


class CyclicDependency(DuongGangError):
    """The network has a cycle; `members` are its activities in order, the first repeated at the end."""

    def __init__(self, members: Sequence[str]) -> None:
        super().__init__(" → ".join(members))
        self.members = tuple(members)


class IllegalStep(DuongGangError):
    """A case cannot go from `step` to `wanted`: `faults` says why, `allowed` where it may go."""

    def __init__(self, step: str, wanted: str, faults: Sequence[Fault], allowed: Sequence[str]) -> None:
        super().__init__("; ".join(f.en for f in faults))
        self.step = step
        self.wanted = wanted
        self.faults = tuple(faults)
        self.allowed = tuple(allowed)


class StaleVersion(DuongGangError):
    """Somebody changed the object after it was read: `seen` is the caller's version, `current` the state.

    `wanted` is what the caller would have written, `fields` those for which both have another value; none when
    the version seen never existed, or when any change at all stands in the way. `what` it is, in both languages.
    """

    def __init__(
        self,
        code: str,
        seen: int,
        current: dict[str, object],
        wanted: dict[str, object],
        fields: Sequence[str] = (),
        *,
        what: tuple[str, str] = ("Hồ sơ", "Case"),
    ) -> None:
        super().__init__(f"{code}: version {seen} is stale")
        self.code = code
        self.seen = seen
        self.current = current
        self.wanted = wanted
        self.fields = tuple(fields)
        self.what = what


class KeyReused(DuongGangError):
    """An idempotency key came back with a different request body."""

    def __init__(self, key: str) -> None:
        super().__init__(f"idempotency key {key!r} was used for another request")
        self.key = key


class SignInNeeded(DuongGangError):
    """Nobody is signed in, or the session or token is over: `why` is none | ended | expired | token."""

    def __init__(self, why: str = "none") -> None:
        super().__init__(f"sign-in needed: {why}")
        self.why = why


class Forbidden(DuongGangError):
    """The person may not do this; `action` is the action of the rights table, `vi` and `en` say more if anything."""

    def __init__(self, action: str, vi: str = "", en: str = "") -> None:
        super().__init__(f"not allowed: {action}")
        self.action = action
        self.vi = vi
        self.en = en


class TooMany(DuongGangError):
    """Too many requests or tries; `retry_after` seconds until the next one may succeed."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests, retry after {retry_after} s")
        self.retry_after = retry_after


class NoRoom(InvalidInput):
    """There is no room to keep what was sent: the disk or a quota is full."""


class MovedOn(DuongGangError):
    """What a proposal stands on has changed since it was made; `vi`, `en` say what happens now."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


class NotNow(DuongGangError):
    """Something that this needs does not answer at present; the same again later may succeed."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
