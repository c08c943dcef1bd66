"""The short way of a plain change: the one that most writes are, by one call to the database.

It takes a change of other fields than the step, by somebody whose reach are wards and projects, on the version that is
there. Everything else, and everything that would be refused or answered otherwise, goes the whole way
(`api.usecases.proposals.submit_change`), which then also says why. Both ways write the same (a test compares them).
"""

from __future__ import annotations

from typing import Any

from api.usecases.entries import MAX_KEY, CaseChange, check_entries, fingerprint
from geo.access import CODE
from geo.plain_changes import PlainChange
from projects.errors import InvalidInput
from projects.rights import Principal, Rights

FIELDS = frozenset({"promised_on", "obstacle", "note"})


def plain_change(
    rights: Rights, who: Principal, code: str, change: CaseChange, *, seen: int, key: str | None
) -> PlainChange | None:
    """The change as the short way takes it, None when it must go the whole way."""
    change = change.cleaned()
    wanted = {name: value for name, value in change.content().items() if name in FIELDS}
    if (
        "step" in change.said
        or not wanted
        or change.facts
        or change.on_behalf_of is not None
        or who.reach != "scoped"
        or not rights.may(who, "case.change")
        or not CODE.fullmatch(code)
        or not (key is None or (key.isprintable() and len(key) <= MAX_KEY))
    ):
        return None
    try:
        check_entries(change)
    except InvalidInput:
        return None
    return PlainChange(
        who=who,
        code=code,
        seen=seen,
        wanted=wanted,
        day=change.effective_on,
        document=change.document,
        document_hash=change.document_sha256,
        reason=change.reason,
        key=key,
        request=fingerprint("change", code, change, seen),
    )


def told(state: dict[str, Any]) -> dict[str, Any]:
    """The answer to a change on the present version: nothing was merged, nothing overtaken."""
    return state | {"merged": [], "overtaken": []}
