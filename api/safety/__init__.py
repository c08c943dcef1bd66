"""Is this installation safe to serve from? Named checks, shared by `duonggang serve`, `doctor` and `check`.

`of_settings` looks at settings and files, `of_database` at the database through the application's own connection.
`deploy` demands what a server in earnest needs; without it a demo on one's own machine may be as it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from api.bootstrap.inspection import Finding
from api.safety.database_checks import of_database
from api.safety.settings_checks import of_settings

__all__ = ["Finding", "of_database", "of_settings", "stopping"]


def stopping(findings: Iterable[Finding]) -> list[Finding]:
    """Those with which no server starts."""
    return [finding for finding in findings if finding.stops and not finding.ok]
