"""Which state a page shows: the two times of its address in the forms that templates need them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from fastapi import Request

from api.formatting import HANOI_TIME
from api.moments import AS_OF, KNOWN_AT, Moment, asked_for
from projects.errors import InvalidInput

# The query keys of the two times: they belong to the whole visit and follow the reader from link to link.
KEYS = (*AS_OF, *KNOWN_AT)


@dataclass(frozen=True, slots=True)
class Times:
    """The two times that were asked for; `kept` are their query keys as they stand in the address."""

    as_of: date | None = None
    known_at: datetime | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Whether the reader looks at anything else than now."""
        return self.as_of is not None or self.known_at is not None

    @property
    def looking_back(self) -> bool:
        """Whether only what was recorded by a past moment is shown: then nothing can be written."""
        return self.known_at is not None

    @property
    def known_input(self) -> str:
        """The recorded moment as a field for date and time holds it: Hanoi time, seconds only where there are any."""
        if self.known_at is None:
            return ""
        here = self.known_at.astimezone(HANOI_TIME).replace(tzinfo=None)
        exact = here.second or here.microsecond
        return here.isoformat(
            timespec="milliseconds" if here.microsecond else "seconds" if exact else "minutes"
        )


def times_of(request: Request) -> Times:
    """The times of a request; none where the address holds no good ones, which is what an error page needs."""
    try:
        asked = asked_for(request)
    except InvalidInput:
        asked = Moment()
    query = request.query_params
    kept = {key: query[key] for key in KEYS if query.get(key, "").strip()} if asked != Moment() else {}
    return Times(asked.as_of, asked.known_at, kept)
