"""Land along the axis over HTTP: equal to marking every decimetre; names within the reader's reach only."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.axis_land import axes_of
from api.usecases.calculation import calculate
from geo.tables import ClearanceCase, Project
from tests.people import make_tester, system_context
from tests.portfolio_codes import LINES

HTML = {"accept": "text/html"}
LANE_DM = 1000
FRONTS = text(
    "select a.code, w.from_m, w.to_m from work_front w join section s on s.id = w.section_id "
    "join alignment a on a.id = s.alignment_id join project j on j.id = w.project_id "
    "where j.code = :code and w.needs_land and w.from_m is not null"
)
LAND = text(
    "select a.code, t.from_m, t.to_m, t.side, c.step not in ('S105', 'X2') as held, c.code, p.sheet, p.number "
    "from parcel_alignment t join alignment a on a.id = t.alignment_id join parcel p on p.id = t.parcel_id "
    "join clearance_case c on c.id = p.case_id join project j on j.id = p.project_id where j.code = :code"
)


def gaps(client: TestClient, code: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/projects/{code}/land/gaps", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def marked(owner: Session, code: str, axis: dict[str, Any]) -> dict[str, float]:
    """Required, free, blocked and unknown metres of an alignment, counted decimetre by decimetre."""
    start, size = axis["start_m"], round((axis["end_m"] - axis["start_m"]) * 10)
    held, known, required = (np.zeros(size, dtype=bool) for _ in range(3))

    def mark(into: Any, a: float, b: float) -> None:
        at = np.arange(round((a - start) * 10), round((b - start) * 10))
        into[at % size if axis["ring"] else at[(at >= 0) & (at < size)]] = True

    for code_of, a, b, _, is_held, *_ in owner.execute(LAND, {"code": code}):
        if code_of == axis["code"]:
            mark(known, a, b)
            if is_held:
                mark(held, a, b)
    for code_of, a, b in owner.execute(FRONTS, {"code": code}):
        if code_of == axis["code"]:
            mark(required, a, b)
    if not required.any():
        required[:] = True
    ends = np.flatnonzero(np.diff(np.concatenate([[0], (~known).astype(int), [0]])))
    for a, b in zip(ends[::2], ends[1::2], strict=True):
        through = axis["ring"] and (a == 0 or b == size) and not known[0] and not known[-1]
        if b - a <= LANE_DM and not through:
            known[a:b] = True
    return {
        "required_m": required.sum() / 10,
        "blocked_m": (required & held).sum() / 10,
        "unknown_m": (required & ~held & ~known).sum() / 10,
        "free_m": (required & ~held & known).sum() / 10,
    }


# The cases of VANPHUC are changed by other tests, for days after the one that is asked for.
@pytest.mark.parametrize("code", sorted(set(LINES) - {"VANPHUC"}))
def test_lengths_are_those_of_marking_the_axis_by_decimetres(
    client: TestClient, owner: Session, code: str
) -> None:
    body = gaps(client, code)
    assert body["alignments"]
    for axis in body["alignments"]:
        if axis["required_by"] == "sections":
            continue
        for name, expected in marked(owner, code, axis).items():
            # Each end of each stretch is rounded to a decimetre by the oracle.
            slack = 0.2 * (2 + len(axis["gaps"]) + len(axis["runs"]) + len(axis["unknown"]))
            assert axis[name] == pytest.approx(expected, abs=slack), name
        assert axis["required_m"] == pytest.approx(
            axis["free_m"] + axis["blocked_m"] + axis["unknown_m"], abs=0.01
        )
        lengths = [run["length_m"] for run in axis["runs"]]
        assert axis["in_runs_m"] == pytest.approx(sum(n for n in lengths if n >= 500), abs=0.01)
        if lengths:
            assert axis["longest_run"]["length_m"] == max(lengths)


def test_every_gap_has_exactly_the_held_parcels_on_it(client: TestClient, owner: Session) -> None:
    body = gaps(client, "HOTAY")
    (axis,) = body["alignments"]
    rows = [r for r in owner.execute(LAND, {"code": "HOTAY"}) if r[4]]
    turn = axis["end_m"] - axis["start_m"]
    for gap in axis["gaps"]:
        expected = {
            (sheet, number)
            for _, a, b, _, _, _, sheet, number in rows
            for t in (-turn, 0, turn)
            if min(b + t, gap["to_m"]) - max(a + t, gap["from_m"]) > 0.001
        }
        assert {(p["sheet"], p["number"]) for p in gap["named"]} == expected
        assert gap["parcels"] == len(expected)
        assert gap["cases"] == len({p["case"] for p in gap["named"]})
    assert any(gap["to_m"] > axis["end_m"] for gap in axis["gaps"])  # the ring has one through its seam
    assert "Km11+494 – Km0+427" in {gap["stations"] for gap in axis["gaps"]}


@pytest.mark.parametrize("code", ["TULIEN", "HOTAY", "VD4"])
@pytest.mark.parametrize("day", [date(2026, 3, 13), date(2026, 1, 20), date(2026, 9, 1)])
def test_land_is_held_exactly_where_the_calculation_says_open(owner: Session, code: str, day: date) -> None:
    """Two readers of the same history: the arrays here, and the cases of the critical path."""
    ctx = system_context()
    project = owner.scalars(select(Project).where(Project.code == code)).one()
    calculation = calculate(owner, ctx, project, day)
    codes = dict(
        owner.execute(
            select(ClearanceCase.id, ClearanceCase.code).where(ClearanceCase.project_id == project.id)
        ).all()
    )
    looked = 0
    for axis in axes_of(owner, ctx, project, day):
        assert axis.land is not None
        for number, held in zip(axis.land.case.tolist(), axis.land.cover.held.tolist(), strict=True):
            name = codes[number]
            assert held == (name in calculation.cases and calculation.is_open(name)), name
            looked += 1
    assert looked > 500


def test_one_front_is_asked_for_by_its_code(client: TestClient) -> None:
    body = gaps(client, "VD4", mui="K9", lien=300)
    (axis,) = body["alignments"]
    assert (body["front"], body["min_run_m"], body["required_m"]) == ("K9", 300.0, 2941.0)
    assert [front["code"] for front in axis["fronts"]] == ["K9"]
    assert all(20_059 <= gap["from_m"] < gap["to_m"] <= 23_000 for gap in axis["gaps"])
    whole = {f["code"]: f for f in gaps(client, "VD4", lien=300)["alignments"][0]["fronts"]}
    assert {name: axis["fronts"][0][name] for name in whole["K9"]} == whole["K9"]
    assert sum(f["blocked_m"] for f in whole.values()) == pytest.approx(
        gaps(client, "VD4")["blocked_m"], abs=0.01
    )


def test_what_is_not_there_or_not_a_length_is_refused(client: TestClient) -> None:
    assert client.get("/api/projects/VD4/land/gaps?mui=K99").status_code == 404
    assert client.get("/api/projects/KHONGCO/land/gaps").status_code == 404
    for wrong in ("0", "-5", "nan", "1e9", "abc"):
        assert client.get(f"/api/projects/VD4/land/gaps?lien={wrong}").status_code == 422, wrong
    assert client.get("/du-an/VD4/mat-bang?mui=K99", headers=HTML).status_code == 404
    assert client.get("/du-an/VD4/mat-bang?lien=abc", headers=HTML).status_code == 422


def test_a_shorter_run_is_never_a_smaller_share(client: TestClient) -> None:
    shares = [gaps(client, "VD4", lien=lien)["share"] for lien in (1, 100, 500, 2000, 60_000)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[2] > shares[-1] == 0


def test_counts_come_from_all_land_and_names_from_the_readers_reach(
    client: TestClient, app: Any, portfolio_settings: Settings
) -> None:
    board = make_tester(portfolio_settings, "gaps-bode", "ward_officer", wards=("00145",))
    with TestClient(app, base_url="http://127.0.0.1", headers=board.headers) as narrow:
        mine = gaps(narrow, "TRANHUNGDAO")
        page = narrow.get("/du-an/TRANHUNGDAO/mat-bang", headers=HTML).text
    whole = gaps(client, "TRANHUNGDAO")
    assert without_names(mine) == without_names(whole)
    seen, hidden = names_of(mine), names_of(whole) - names_of(mine)
    assert seen
    assert hidden
    assert sum(g["cases_hidden"] for a in mine["alignments"] for g in a["gaps"]) > 0
    assert not any(code in page for code in hidden)
    assert any(code in page for code in seen)


def test_the_control_without_the_filter_would_tell_names(
    app: Any, portfolio_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row-level security and the filter of the use case each hold alone; without both the names come through."""
    who = make_tester(portfolio_settings, "gaps-hongha", "ward_officer", wards=("00097",))
    hidden_ward = {"00145"}

    def told(ward_filter: bool, security: bool) -> set[str]:
        with monkeypatch.context() as patch:
            if not ward_filter:
                patch.setattr("api.usecases.gaps.sees", lambda *args, **kwargs: True)
            if not security:
                real = scope_enter()
                patch.setattr(
                    "geo.scope.enter", lambda s, p: real(s, replace(p, role=replace(p.role, reach="all")))
                )
            with TestClient(app, base_url="http://127.0.0.1", headers=who.headers) as client:
                return names_of(gaps(client, "TRANHUNGDAO"), hidden_ward)

    assert told(ward_filter=True, security=True) == set()
    assert told(ward_filter=False, security=True) == set()
    assert told(ward_filter=True, security=False) == set()
    assert told(ward_filter=False, security=False) != set()


def scope_enter() -> Any:
    from geo import scope

    return scope.enter


def without_names(body: dict[str, Any]) -> dict[str, Any]:
    """The answer without what depends on who asks."""
    axes = [
        axis
        | {"gaps": [{k: v for k, v in g.items() if k != "named" and "hidden" not in k} for g in axis["gaps"]]}
        for axis in body["alignments"]
    ]
    return body | {"alignments": axes}


def names_of(body: dict[str, Any], wards: set[str] | None = None) -> set[str]:
    """The case codes that an answer names, in gaps of some wards only when they are given."""
    return {
        parcel["case"]
        for axis in body["alignments"]
        for gap in axis["gaps"]
        if wards is None or {w["code"] for w in gap["wards"]} <= wards
        for parcel in gap["named"]
    }


def test_the_page_says_what_the_answer_says(client: TestClient) -> None:
    body = gaps(client, "VD4")
    page = client.get("/du-an/VD4/mat-bang", headers=HTML).text
    (axis,) = body["alignments"]
    for gap in axis["gaps"]:
        assert gap["stations"] in page
    assert body["longest_run"]["stations"] in page
    assert f"{body['share'] * 100:.1f}%".replace(".", ",") in page
    assert "dữ liệu minh hoạ" in page
    english = client.get("/du-an/VD4/mat-bang?lang=en&lien=200", headers=HTML).text
    assert "Blocked stretches" in english
    links = set(re.findall(r'href="(#doan-[^"]+)"', page))
    assert links
    assert all(f'id="{link[1:]}"' in page for link in links)
