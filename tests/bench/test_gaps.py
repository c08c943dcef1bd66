"""Gaps of a 60 km alignment with 50,000 parcels: from the database to the answer with every parcel and case named."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.commands.shared import command_context
from api.usecases.gaps_answer import gaps_answer
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from tests.bench.long_land import CODE, DAY, add_long_land
from tests.bench.measuring import ROUNDS, figure, seconds, taking_turns

PLAIN = text(
    "select p.id, p.sheet, p.number, a.from_m, a.to_m, c.code, c.step from parcel_alignment a "
    "join parcel p on p.id = a.parcel_id join clearance_case c on c.id = a.case_id order by a.from_m"
)


@pytest.fixture(scope="module")
def long_road(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = make_engine(make_database(), statement_timeout_ms=0, maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        add_long_land(session)
    yield engine
    engine.dispose()


def plainly(session: Session) -> list[Any]:
    """The peer: rows as objects and one pass over them, as it is usually written; no sides, unknown land or as-of."""
    gaps: list[Any] = []
    for _, sheet, number, from_m, to_m, case, step in session.execute(PLAIN):
        if step in ("S105", "X2"):
            continue
        if gaps and from_m <= gaps[-1][1] + 0.1:
            gaps[-1][1] = max(gaps[-1][1], to_m)
        else:
            gaps.append([from_m, to_m, []])
        gaps[-1][2].append((sheet, number, case))
    return gaps


def test_gaps_from_the_database_to_the_answer(long_road: Engine) -> None:
    with Session(long_road) as session:

        def ours() -> dict[str, Any]:
            return gaps_answer(session, command_context(), CODE, min_run_m=500.0, as_of=DAY)

        answer, peer = ours(), plainly(session)
        (axis,) = answer["alignments"]
        assert axis["parcels_known"] == 50_000
        assert np.allclose([[g["from_m"], g["to_m"]] for g in axis["gaps"]], [g[:2] for g in peer], atol=0.01)
        assert [len(g["named"]) for g in axis["gaps"]] == [len(g[2]) for g in peer]
        mine, theirs = taking_turns(ours, lambda: plainly(session))
    against = "vòng lặp Python trên từng thửa, chỉ đoạn vướng"
    figure(
        f"đoạn vướng 60 km, 50.000 thửa: {len(peer)} đoạn, hai bên, 10 mũi, mọi tên",
        "s",
        mine,
        theirs,
        against,
    )


def test_gaps_without_change_come_from_memory(long_road: Engine) -> None:
    with Session(long_road) as session:
        ctx = command_context()
        gaps_answer(session, ctx, CODE, min_run_m=500.0, as_of=DAY)
        again = statistics.median(
            seconds(lambda: gaps_answer(session, ctx, CODE, min_run_m=500.0, as_of=DAY))
            for _ in range(ROUNDS)
        )
    figure("đoạn vướng 60 km, không có gì đổi từ lần trước", "s", again)
