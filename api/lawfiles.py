"""The law of this installation, read once: `data/law/*.toml` beside the code."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from api.calendars import working_calendars
from api.settings import REPOSITORY
from projects.calendars import VN5
from projects.law.blackouts import Bans, read_tet
from projects.law.competence import Competences, read_competences
from projects.law.rules import RuleBook, read_rules

FOLDER = REPOSITORY / "data" / "law"


@cache
def law_files() -> dict[str, dict[str, Any]]:
    """Every file of the folder by name. Raises ValueError with the name of a file that is no TOML."""
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            found[path.name] = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path.name}: {error}") from None
    return found


@cache
def rule_book() -> RuleBook:
    """The rules as they are in the files. Raises `InvalidInput` with all faults: nothing runs without them."""
    return read_rules(law_files())


@cache
def competences() -> Competences:
    """Who is competent on which day (table J)."""
    return read_competences(law_files()["j_competence.toml"])


@cache
def bans() -> Bans:
    """Days on which nothing may be enforced: offices closed, and 15 days around the Tết break of each year."""
    return Bans(working_calendars()[VN5], read_tet(law_files()["tet.toml"]), rule_book())
