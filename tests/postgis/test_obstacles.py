"""The headline of a case and its obstacles agree, whoever writes which; overdue ones climb once per period."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import obstacles
from api.usecases.cases import CaseChange, change_case
from api.usecases.climbing import climb
from api.usecases.contacts import add_contact, contacts_of, persuasions
from api.usecases.corrections import correct_event
from geo.history import statements
from geo.plain_changes import PlainChange, write_plain
from geo.tables import CaseObstacle, ClearanceCase, Event, PortfolioState
from projects.errors import InvalidInput, KeyReused, NotFound, StaleVersion
from projects.rights import Principal
from projects.tiers import TIERS, climb_days, higher
from tests.people import system_context
from tests.postgis.case_rows import add_cases

DAY = date(2026, 3, 13)
TODAY = date(2026, 11, 22)
CODE = "VD1-0001"
CAUSES = ("NGUON_GOC", "DON_GIA", "MO_MA")


@pytest.fixture
def desk(session: Session) -> Session:
    """A session with two cases and a data date."""
    session.add(PortfolioState(id=1, data_date=DAY, files_sha256="-", demo_seed=1))
    add_cases(session, [CODE, "VD1-0002"], project="VD1")
    return session


@pytest.fixture
def ctx() -> Context:
    """A command of the operator on a fixed day."""
    return system_context(today=TODAY)


def case_of(session: Session, code: str = CODE) -> ClearanceCase:
    return session.scalars(
        select(ClearanceCase).where(ClearanceCase.code == code).execution_options(populate_existing=True)
    ).one()


def rows(session: Session, code: str = CODE) -> list[CaseObstacle]:
    return list(
        session.scalars(
            select(CaseObstacle)
            .where(CaseObstacle.case_id == case_of(session, code).id)
            .order_by(CaseObstacle.id)
            .execution_options(populate_existing=True)
        )
    )


def still_open(session: Session, code: str = CODE) -> list[str]:
    return sorted(row.cause for row in rows(session, code) if row.resolved_on is None)


def agree(session: Session) -> bool:
    """The rule: the headline is empty exactly when nothing is open, else it is the cause of something open."""
    headline = case_of(session).obstacle
    found = still_open(session)
    return headline in found if headline is not None else not found


def headline(session: Session, ctx: Context, cause: str | None, **more: Any) -> None:
    change = CaseChange(obstacle=cause, said=frozenset({"obstacle"}), **more)
    change_case(session, ctx, CODE, change, seen=case_of(session).version, key=None)


def resolve(session: Session, ctx: Context, cause: str) -> None:
    row = next(r for r in rows(session) if r.cause == cause and r.resolved_on is None)
    done = {"resolved_on": DAY, "how": "đã đối thoại"}
    obstacles.change_obstacle(session, ctx, CODE, row.id, done, seen=row.version, key=None)


def test_opening_the_first_obstacle_names_it_in_the_headline_and_resolving_the_main_one_names_the_next(
    desk: Session, ctx: Context
) -> None:
    obstacles.open_obstacle(desk, ctx, CODE, {"cause": "NGUON_GOC", "owner": "UBND phường"}, key=None)
    assert (case_of(desk).obstacle, case_of(desk).version) == ("NGUON_GOC", 2)
    obstacles.open_obstacle(desk, ctx, CODE, {"cause": "DON_GIA"}, key=None)
    assert (case_of(desk).obstacle, case_of(desk).version) == ("NGUON_GOC", 2)
    assert still_open(desk) == ["DON_GIA", "NGUON_GOC"]
    resolve(desk, ctx, "NGUON_GOC")
    assert (case_of(desk).obstacle, still_open(desk)) == ("DON_GIA", ["DON_GIA"])
    resolve(desk, ctx, "DON_GIA")
    assert (case_of(desk).obstacle, still_open(desk)) == (None, [])
    kinds = desk.scalars(select(Event.kind).where(Event.object_code == CODE).order_by(Event.id)).all()
    assert kinds == [
        "case.import", "case.edit", "obstacle.open", "obstacle.open", "case.edit", "obstacle.resolve",
        "case.edit", "obstacle.resolve",
    ]  # fmt: skip


def test_editing_the_headline_opens_and_closes_what_it_says_with_the_day_and_reason_of_its_event(
    desk: Session, ctx: Context
) -> None:
    headline(desk, ctx, "NGUON_GOC", effective_on=date(2026, 3, 2))
    assert [(r.cause, r.opened_on, r.tier, r.told) for r in rows(desk)] == [
        ("NGUON_GOC", date(2026, 3, 2), "ward", True)
    ]
    headline(desk, ctx, "DON_GIA", effective_on=date(2026, 3, 5), reason="đã rõ nguồn gốc")
    first, second = rows(desk)
    assert (first.resolved_on, first.how) == (date(2026, 3, 5), "đã rõ nguồn gốc")
    assert (second.cause, second.opened_on, second.resolved_on) == ("DON_GIA", date(2026, 3, 5), None)
    obstacles.open_obstacle(desk, ctx, CODE, {"cause": "MO_MA"}, key=None)
    headline(desk, ctx, "MO_MA")  # open already: it becomes the main one, nothing closes
    assert still_open(desk) == ["DON_GIA", "MO_MA"]
    headline(desk, ctx, None)
    assert still_open(desk) == []


def test_the_headline_and_the_obstacles_agree_after_any_mix_of_writes(desk: Session, ctx: Context) -> None:
    """Every way of writing, in random order, lawful or not: change, correction, plain change in SQL, the obstacles."""
    at = random.Random(7)
    seen = 0
    for _ in range(160):
        way = at.choice(("headline", "plain", "correct", "open", "resolve"))
        cause = at.choice((None, *CAUSES))
        try:
            with desk.begin_nested():
                if way == "headline":
                    headline(desk, ctx, cause, effective_on=DAY - timedelta(at.randint(0, 11)))
                elif way == "plain":
                    plain(desk, cause)
                elif way == "correct":
                    event = at.choice(statements(desk, CODE)[1:])
                    change = CaseChange(
                        obstacle=cause, said=frozenset({"obstacle"}), reason="ghi nhầm",
                        effective_on=DAY - timedelta(at.randint(0, 11)),
                    )  # fmt: skip
                    correct_event(desk, ctx, CODE, event.id, change, seen=case_of(desk).version, key=None)
                elif way == "open":
                    obstacles.open_obstacle(desk, ctx, CODE, {"cause": cause}, key=None)
                else:
                    resolve(desk, ctx, at.choice(still_open(desk)))
        except (InvalidInput, IndexError, StopIteration):
            continue
        seen += 1
        assert agree(desk), (way, cause)
    assert seen > 60
    desk.execute(text("alter table clearance_case disable trigger headline_changed"))
    headline(desk, ctx, "MO_MA" if case_of(desk).obstacle != "MO_MA" else "DON_GIA")
    headline(desk, ctx, None)
    assert agree(desk) == (
        still_open(desk) == []
    )  # the control: without the trigger nothing keeps them together


def plain(session: Session, cause: str | None) -> None:
    """A plain change, as many people's are written together, on the connection of the session."""
    case = case_of(session)
    change = PlainChange(
        who=Principal("t", "t", system_context().principal.role), code=CODE, seen=case.version,
        wanted={"obstacle": cause}, day=None, document=None, document_hash=None, reason=None, key=None, request="",
    )  # fmt: skip
    write_plain(session.connection(), [change], TODAY)
    session.execute(text("select set_config('duonggang.reach', '', true)"))
    session.expire_all()


def test_an_imported_case_with_an_obstacle_has_its_row_from_the_day_of_its_step(desk: Session) -> None:
    case = case_of(desk)
    desk.add(
        ClearanceCase(
            project_id=case.project_id, code="VD1-0009", ward_code=case.ward_code, holder_kind="household",
            step="S80", step_on=date(2026, 2, 2), obstacle="MO_MA", is_demo=True, version=1,
        )
    )  # fmt: skip
    desk.flush()
    assert [(r.cause, r.opened_on, r.told) for r in rows(desk, "VD1-0009")] == [
        ("MO_MA", date(2026, 2, 2), True)
    ]


def test_fields_that_nobody_else_changed_merge_and_the_same_field_is_a_conflict_with_both_values(
    desk: Session, ctx: Context
) -> None:
    made = obstacles.open_obstacle(desk, ctx, CODE, {"cause": "DON_GIA"}, key=None)
    obstacles.change_obstacle(desk, ctx, CODE, made["id"], {"owner": "bà Sáu"}, seen=1, key=None)
    merged = obstacles.change_obstacle(desk, ctx, CODE, made["id"], {"due_on": DAY}, seen=1, key=None)
    assert (merged["owner"], merged["due_on"], merged["version"]) == ("bà Sáu", DAY.isoformat(), 3)
    with pytest.raises(StaleVersion) as refused:
        obstacles.change_obstacle(desk, ctx, CODE, made["id"], {"owner": "ông Năm"}, seen=1, key=None)
    assert (refused.value.fields, refused.value.current["owner"], refused.value.wanted["owner"]) == (
        ("owner",), "bà Sáu", "ông Năm",
    )  # fmt: skip
    with pytest.raises(NotFound):
        obstacles.change_obstacle(desk, ctx, "VD1-0002", made["id"], {"owner": "x"}, seen=3, key=None)


def test_the_same_key_opens_an_obstacle_once(desk: Session, ctx: Context) -> None:
    first = obstacles.open_obstacle(desk, ctx, CODE, {"cause": "DON_GIA"}, key="khoá-00000001")
    again = obstacles.open_obstacle(desk, ctx, CODE, {"cause": "DON_GIA"}, key="khoá-00000001")
    assert first == again
    assert len(rows(desk)) == 1
    with pytest.raises(KeyReused):
        obstacles.open_obstacle(desk, ctx, CODE, {"cause": "MO_MA"}, key="khoá-00000001")


def test_overdue_obstacles_climb_once_per_period_and_catch_up_after_a_pause(
    desk: Session, ctx: Context
) -> None:
    due = {"cause": "DON_GIA", "opened_on": date(2026, 3, 1), "due_on": date(2026, 3, 10)}
    obstacles.open_obstacle(desk, ctx, CODE, due, key=None)
    obstacles.open_obstacle(desk, ctx, "VD1-0002", due | {"due_on": date(2026, 4, 1)}, key=None)
    assert climb(desk, date(2026, 3, 10), every=14) == ()
    done = climb(desk, date(2026, 3, 11), every=14)
    assert [(c.case, c.tier_from, c.tier_to, c.on) for c in done] == [
        (CODE, "ward", "department", date(2026, 3, 11))
    ]
    assert climb(desk, date(2026, 3, 11), every=14) == climb(desk, date(2026, 3, 24), every=14) == ()
    late = climb(desk, date(2027, 1, 1), every=14)  # the server was off
    assert [(c.case, c.tier_to, c.on) for c in late] == [
        (CODE, "city", date(2026, 3, 25)),
        ("VD1-0002", "department", date(2026, 4, 2)),
        ("VD1-0002", "city", date(2026, 4, 16)),
    ]
    assert climb(desk, date(2028, 1, 1), every=14) == ()
    events = desk.scalars(select(Event).where(Event.kind == "obstacle.climb").order_by(Event.id)).all()
    assert [(e.object_code, e.actor, e.effective_on, (e.after or {})["tier"]) for e in events] == [
        (c.case, "system", c.on, c.tier_to) for c in (*done, *late)
    ]
    row = rows(desk)[0]
    obstacles.change_obstacle(
        desk, ctx, CODE, row.id, {"due_on": date(2027, 6, 1)}, seen=row.version, key=None
    )
    assert climb(desk, date(2028, 1, 1), every=14) == ()  # nothing is above the city
    assert rows(desk)[0].climbs == 0


@pytest.mark.parametrize("every", [1, 7, 14])
def test_the_days_of_climbs_are_those_of_a_calendar_walked_day_by_day(every: int) -> None:
    for tier in TIERS:
        for late in range(60):
            walked, at, climbed = [], tier, 0
            for n in range(1, late + 1):
                if (n - 1) % every == 0 and at != "city":
                    at, climbed = higher(at), climbed + 1
                    walked.append(DAY + timedelta(n))
            assert list(climb_days(tier, DAY, DAY + timedelta(late), done=0, every=every)) == walked
            for split in range(late):
                first = climb_days(tier, DAY, DAY + timedelta(split), done=0, every=every)
                rest = climb_days(
                    higher(tier, len(first)), DAY, DAY + timedelta(late), done=len(first), every=every
                )
                assert [*first, *rest] == walked


def test_a_climb_that_is_killed_in_the_middle_leaves_nothing_and_is_done_whole_afterwards(
    desk: Session, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in (CODE, "VD1-0002"):
        obstacles.open_obstacle(desk, ctx, code, {"cause": "MO_MA", "due_on": DAY}, key=None)
    desk.flush()
    desk.execute(
        text(
            "create function dies() returns trigger language plpgsql as $$ begin "
            "if (select count(*) from event where kind = 'obstacle.climb') = 1 then raise 'killed'; end if; "
            "return new; end $$; create trigger dies before insert on event for each row execute function dies()"
        )
    )
    with pytest.raises(Exception, match="killed"), desk.begin_nested():
        climb(desk, DAY + timedelta(1), every=14)
    desk.expire_all()
    desk.execute(text("drop trigger dies on event; drop function dies()"))
    assert {row.tier for code in (CODE, "VD1-0002") for row in rows(desk, code)} == {"ward"}
    assert desk.scalar(select(func.count()).where(Event.kind == "obstacle.climb")) == 0
    assert len(climb(desk, DAY + timedelta(1), every=14)) == 2


def test_contacts_are_corrected_by_new_rows_and_counted_once(desk: Session, ctx: Context) -> None:
    said = {"met_on": DAY, "way": "meeting", "with_whom": "ông Tư", "said": "<b>chưa đồng ý</b> 😀"}
    first = add_contact(desk, ctx, CODE, said, key="liên-hệ-0001")
    assert add_contact(desk, ctx, CODE, said, key="liên-hệ-0001") == first
    add_contact(desk, ctx, CODE, said | {"way": "loudspeaker"}, key=None)
    mended = add_contact(desk, ctx, CODE, said | {"said": "đồng ý", "corrects": first["id"]}, key=None)
    assert persuasions(desk, [CODE, "VD1-0002"]) == {CODE: 1}
    log = {c.id: c for c in contacts_of(desk, case_of(desk))}
    assert (log[first["id"]].corrected_by, log[first["id"]].said) == (mended["id"], said["said"])
    with pytest.raises(InvalidInput):
        add_contact(desk, ctx, CODE, said | {"corrects": first["id"]}, key=None)
    with pytest.raises(NotFound):
        add_contact(desk, ctx, "VD1-0002", said | {"corrects": first["id"]}, key=None)
    with pytest.raises(InvalidInput) as refused:
        add_contact(desk, ctx, CODE, {"met_on": TODAY + timedelta(1), "way": "x", "said": "\x00"}, key=None)
    assert {f.where for f in refused.value.faults} == {"met_on", "way", "said", "with_whom"}
    event = desk.scalars(select(Event).where(Event.kind == "contact.add")).first()
    assert event is not None
    assert set(event.after or {}) == {"id", "met_on", "way", "next_on", "corrects", "protected"}
