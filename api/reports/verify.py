"""Is this report what the database says? Its content gives its hash; made again from the history it gives its bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from api import __version__
from api.context import Context
from api.reports.files import Asked, content_in, drawn, form_of, report_file
from geo import moment
from projects.reporting.canonical import digest
from projects.rights import Principal


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `whole`: the file agrees with the content in it; `same`: the history gives the same content
    again; None where it cannot be told (another version of the software); `differ`: what is different."""

    code: str
    whole: bool
    same: bool | None
    software: str
    differ: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the report is to be trusted."""
        return self.whole and bool(self.same)


def check_report(session: Session, ctx: Context, data: bytes) -> Checked:
    """Checks the bytes of a report in a transaction of its own, which has read nothing yet and looks back.

    Raises InvalidInput for a file that is no report of ours.
    """
    found = content_in(data)
    stated = found.pop("sha256", None)
    code = digest(found)
    kind = found.pop("document")
    whole = drawn(found, kind, form_of(data)) == data and (stated is None or stated == code)
    if found["software"] != __version__:
        return Checked(code, whole, None, found["software"])
    known = found["known_event"]
    if known is not None:
        moment.look_back(session, int(known))
    reader = found["reader"]
    who = ctx.principal
    if reader["role"] != who.role.code:
        name = "kiểm báo cáo"
        role, wards = ctx.rights.roles[reader["role"]], frozenset(reader["wards"])
        who = Principal(name, name, role, wards=wards, projects=frozenset(reader["projects"]))
    since = found["since"]
    asked = Asked(
        found["project"],
        date.fromisoformat(found["data_date"]),
        date.fromisoformat(since) if since else None,
        kind,
        found.get("body"),
    )
    _, again = report_file(session, replace(ctx, principal=who, known=known), asked, "json")
    differ = tuple(sorted(key for key in found.keys() | again.keys() if found.get(key) != again.get(key)))
    return Checked(code, whole, not differ, found["software"], differ)
