"""Loading the portfolio files: text files in, checked rows and networks out, everything or nothing."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from geo.access import portfolio_state
from geo.history import record, touch
from geo.loading import LoadResult, load_portfolio
from geo.tables import Project as ProjectRow
from geo.ward_history import known_wards, put_rows, read_rows
from projects.catalog import Portfolio, apply_progress, parse_portfolio, work_fronts
from projects.errors import Fault, InvalidInput
from projects.model import Network
from projects.network import build_graph
from projects.templates import expand

HISTORY = "ward_history.csv"


def read_portfolio(folder: Path) -> tuple[Portfolio, str]:
    """The portfolio in `folder` (portfolio/*.toml, templates/*.toml, wards.csv) and the hash of its files.

    The hash is also that of ward_history.csv, which may be missing.

    Raises InvalidInput with every fault of every file.
    """
    digest = hashlib.sha256()
    faults: list[Fault] = []
    documents: dict[str, dict[str, Any]] = {}
    for path in sorted([*folder.glob("portfolio/*.toml"), *folder.glob("templates/*.toml")]):
        name = path.relative_to(folder).as_posix()
        raw = path.read_bytes()
        digest.update(name.encode() + b"\0" + raw + b"\0")
        try:
            documents[name] = tomllib.loads(raw.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(Fault(name, f"Không đọc được TOML: {error}.", f"Not readable as TOML: {error}."))
    wards = folder / "wards.csv"
    rows: list[dict[str, str]] = []
    if wards.exists():
        raw = wards.read_bytes()
        digest.update(b"wards.csv\0" + raw)
        rows = list(csv.DictReader(raw.decode("utf-8").splitlines()))
    else:
        faults.append(Fault("wards.csv", "Thiếu tệp phường, xã.", "The file of wards is missing."))
    if (history := folder / HISTORY).exists():
        digest.update(HISTORY.encode() + b"\0" + history.read_bytes())
    if not any(folder.glob("portfolio/*.toml")):
        faults.append(Fault("portfolio/", "Không có tệp dự án nào.", "There is no project file."))
    if faults:
        raise InvalidInput(faults)
    projects = {
        name.removeprefix("portfolio/"): body
        for name, body in documents.items()
        if name.startswith("portfolio/")
    }
    templates = {Path(name).stem: body for name, body in documents.items() if name.startswith("templates/")}
    return parse_portfolio(projects, rows, templates), digest.hexdigest()


def networks_of(portfolio: Portfolio, ctx: Context) -> dict[str, Network]:
    """The schedule network of every project with a template, checked for cycles and unknown calendars.

    Raises InvalidInput naming project and fault, CyclicDependency with the members.
    """
    faults: list[Fault] = []
    networks: dict[str, Network] = {}
    for project in portfolio.projects:
        if project.template is None:
            continue
        try:
            template = portfolio.templates[project.template]
            network = apply_progress(
                expand(template, work_fronts(project), project=project.code), project.progress
            )
            build_graph(network, ctx.calendars)
        except InvalidInput as error:
            faults += [Fault(f"{project.source_file}: {f.where}", f.vi, f.en) for f in error.faults]
        else:
            networks[project.code] = network
    if faults:
        raise InvalidInput(faults)
    return networks


def load_files(session: Session, ctx: Context, folder: Path, *, actor: str) -> tuple[Portfolio, LoadResult]:
    """Reads `folder` and brings the database to it; the same files again change nothing."""
    portfolio, digest = read_portfolio(folder)
    result = load_portfolio(session, portfolio, networks_of(portfolio, ctx), files_sha256=digest, actor=actor)
    if not result.unchanged and (history := folder / HISTORY).exists():
        add_ward_history(session, history.read_bytes(), name=HISTORY, actor=actor)
    return portfolio, result


def add_ward_history(session: Session, raw: bytes, *, name: str, actor: str) -> int:
    """Adds which wards old units became from a CSV; gives the number of rows. Raises InvalidInput."""
    count = put_rows(session, read_rows(raw, name=name, ward_codes=known_wards(session)))
    record(
        session,
        kind="wards.history",
        object_type="wards",
        object_code="hanoi",
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        after={"filename": name, "sha256": hashlib.sha256(raw).hexdigest(), "rows": count},
    )
    return count


def set_data_date(session: Session, day: date, *, actor: str) -> None:
    """Moves the day that every calculation stands on; recorded as an event."""
    state = portfolio_state(session)
    before, state.data_date = state.data_date, day
    for project_id in session.scalars(select(ProjectRow.id)):
        touch(session, project_id)
    record(
        session,
        kind="portfolio.data_date",
        object_type="portfolio",
        object_code="data/portfolio",
        actor=actor,
        effective_on=day,
        before={"data_date": before.isoformat()},
        after={"data_date": day.isoformat()},
    )
