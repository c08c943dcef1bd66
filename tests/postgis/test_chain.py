"""The hash chain of the history: clean after real writes, and every kind of tampering named with its first row.

Tampering is done as the tables' owner with all triggers off, in a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.chain import FIRST, Anchor, digest, head, short_head, verify
from geo.history import record
from geo.importing import import_parcels
from geo.tables import Event
from tests.postgis.land_rows import add_project, add_ward, lot, table

DAY = date(2026, 3, 13)
AT = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)

# One edit per column. A column that is added later must be added here, so must be under the hash.
EDITS = {
    "id": "id + 1000",
    "recorded_at": "recorded_at - interval '1 microsecond'",
    "effective_on": "effective_on - 1",
    "actor": "actor || ' '",
    "kind": "'case.edit'",
    "project_code": "lower(project_code)",
    "object_type": "object_type || object_code",
    "object_code": "'TULIEN-0002'",
    "before": """'{"step": "S80"}'""",
    "after": 'after || \'{"step": "S105"}\'',
    "document": "null",
    "reason": "''",
    "idempotency_key": "'k2'",
    "request_hash": "'0'",
    "on_behalf_of": "'phó chủ tịch'",
    "document_hash": "repeat('0', 64)",
    "corrects": "1",
    "change": "change + 1",
    "seconds": "2",
    "previous_hash": "set_byte(previous_hash, 31, 255 - get_byte(previous_hash, 31))",
    "chain_hash": "set_byte(chain_hash, 0, 255 - get_byte(chain_hash, 0))",
}
# What an owner of the tables can do with the database's own functions: a chain that is right in itself.
RECOMPUTE = """
do $$
declare
    e event;
    previous bytea := decode(repeat('00', 32), 'hex');
begin
    for e in select * from event order by id loop
        e.previous_hash := previous;
        previous := event_digest(e);
        update event set previous_hash = e.previous_hash, chain_hash = previous where id = e.id;
    end loop;
end $$
"""


def write(session: Session, code: str, **values: object) -> Event:
    given = {"kind": "case.step", "object_type": "case", "actor": "tester", "effective_on": DAY}
    return record(session, object_code=code, **(given | values))  # type: ignore[arg-type]


@pytest.fixture
def ids(session: Session) -> list[int]:
    """A history of single events, an import and single events again; the numbers of its rows in order."""
    add_ward(session)
    add_project(session)
    write(session, "TULIEN-0001", after={"step": "S20", "đường": "găng", "m": 1.50})
    land = table(lot(0, 0), lot(40, 0), lot(80, 0))
    import_parcels(session, "TULIEN", land, actor="tester", is_demo=True, effective_on=DAY)
    write(
        session, "TULIEN-0001", project_code="TULIEN", before={"step": "S20"}, after={"step": "S80"},
        document="12/QĐ-UBND", reason="đã có quyết định", idempotency_key="k1", request_hash="f" * 64,
    )  # fmt: skip
    for number in (1, 2, 3):
        write(session, f"TULIEN-000{number}")
    return list(session.scalars(select(Event.id).order_by(Event.id)))


def tamper(session: Session, *statements: str, **values: object) -> None:
    session.execute(text("alter table event disable trigger user"))
    for statement in statements:
        session.execute(text(statement), values)
    session.execute(text("alter table event enable trigger user"))
    session.expire_all()


def anchors(session: Session, ids: Sequence[int]) -> list[Anchor]:
    """Heads that were written down when each of these rows was the newest."""
    order = list(session.scalars(select(Event.id).order_by(Event.id)))
    found = session.execute(select(Event.id, Event.chain_hash).where(Event.id.in_(ids))).all()
    return [Anchor(AT, i, chained, order.index(i) + 1) for i, chained in found]


def fault(session: Session, known: Sequence[Anchor] = ()) -> tuple[str, int] | None:
    found = verify(session, known).fault
    if found is None:
        return None
    assert str(found.event_id) in found.vi or found.kind == "cut"
    return found.kind, found.event_id


def test_a_history_of_real_writes_is_whole(session: Session, ids: list[int]) -> None:
    verdict = verify(session, anchors(session, ids))
    assert verdict.fault is None
    assert (verdict.rows, len(ids)) == (9, 9)
    assert verdict.head == head(session)
    newest = session.get_one(Event, ids[-1])
    assert verdict.head is not None
    assert (verdict.head.event_id, verdict.head.hash) == (newest.id, newest.chain_hash)
    assert verdict.head.recorded_at == newest.recorded_at
    assert verdict.head.short == short_head(session) == newest.chain_hash.hex()[:12]


def test_an_empty_history_has_no_head(session: Session) -> None:
    assert (head(session), short_head(session)) == (None, None)
    assert verify(session).fault is None


def test_the_first_row_follows_zeros_and_every_other_row_the_one_before(
    session: Session, ids: list[int]
) -> None:
    events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [e.previous_hash for e in events] == [FIRST, *(e.chain_hash for e in events[:-1])]


def test_number_time_and_hash_are_the_database_s_whatever_the_writer_says(
    session: Session, ids: list[int]
) -> None:
    forged = Event(
        id=ids[0] - 500, recorded_at=datetime(2020, 1, 1, tzinfo=UTC), effective_on=DAY, actor="x", kind="case.step",
        object_type="case", object_code="TULIEN-0001", previous_hash=FIRST, chain_hash=bytes(32),
    )  # fmt: skip
    values = {c.name: getattr(forged, c.name) for c in Event.__table__.columns}
    session.execute(Event.__table__.insert().values(values))  # type: ignore[attr-defined]
    newest = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert newest.id > ids[-1]
    assert newest.recorded_at.year > 2020
    assert fault(session) is None


def test_every_column_is_under_the_hash() -> None:
    assert set(EDITS) == {column.name for column in Event.__table__.columns}


@pytest.mark.parametrize("column", sorted(EDITS))
def test_an_edit_of_any_column_is_found_at_its_row(session: Session, ids: list[int], column: str) -> None:
    assert fault(session) is None  # the control: before the edit the chain is whole
    at = ids[-1] if column == "id" else ids[5]
    tamper(session, f"update event set {column} = {EDITS[column]} where id = :id", id=at)
    assert fault(session) == ("changed", at + 1000 if column == "id" else at)


def test_dates_beyond_the_calendar_are_a_fault_and_no_crash(session: Session, ids: list[int]) -> None:
    values = "effective_on = 'infinity', recorded_at = '-infinity'"
    tamper(session, f"update event set {values} where id = :id", id=ids[-1])
    assert fault(session) == ("changed", ids[-1])


@pytest.mark.parametrize("at", [0, 4])
def test_a_deleted_row_is_found_at_the_one_that_followed_it(
    session: Session, ids: list[int], at: int
) -> None:
    tamper(session, "delete from event where id = :id", id=ids[at])
    assert fault(session) == ("missing", ids[at + 1])


def insert_before(session: Session, ids: list[int], at: int, *, chained: bool) -> int:
    """A forged row just before `ids[at]`: a copy of the row there, with a hash that is right or one that is not."""
    columns = [c.name for c in Event.__table__.columns if c.name not in ("id", "idempotency_key")]
    names = ", ".join(columns)
    forged = ids[at] * 10 - 5
    previous = "(select chain_hash from event where id < :forged order by id desc limit 1)"
    statements = [
        "update event set id = id * 10",
        RECOMPUTE,  # only makes room between the numbers
        f"insert into event (id, {names}) select :forged, {names} from event where id = :forged + 5",
        f"update event set previous_hash = coalesce({previous}, decode(repeat('00', 32), 'hex')) where id = :forged",
    ]
    if chained:
        statements.append("update event e set chain_hash = event_digest(e) where id = :forged")
    tamper(session, *statements, forged=forged)
    return forged


@pytest.mark.parametrize("at", [0, 5, 8])
@pytest.mark.parametrize("chained", [True, False])
def test_an_inserted_row_is_named(session: Session, ids: list[int], at: int, chained: bool) -> None:
    forged = insert_before(session, ids, at, chained=chained)
    assert fault(session) == ("inserted" if chained else "changed", forged)
    tamper(session, "delete from event where id = :id", id=forged)
    assert fault(session) is None  # the control: it was the forged row and nothing else


def test_rows_that_changed_places_are_found_at_the_first_of_them(session: Session, ids: list[int]) -> None:
    a, b = ids[3], ids[6]
    tamper(
        session,
        "update event set id = -1 where id = :a",
        "update event set id = :a where id = :b",
        "update event set id = :b where id = -1",
        a=a,
        b=b,
    )
    assert fault(session) == ("changed", a)


def test_rows_whose_contents_and_hashes_changed_places_are_found(session: Session, ids: list[int]) -> None:
    names = [c.name for c in Event.__table__.columns if c.name not in ("id", "idempotency_key")]
    sets = ", ".join(f"{name} = o.{name}" for name in names)
    tamper(
        session,
        f"update event e set {sets} from event o "
        "where (e.id = :a and o.id = :b) or (e.id = :b and o.id = :a)",
        a=ids[6],
        b=ids[7],
    )
    assert fault(session) == ("changed", ids[6])


def test_a_cut_tail_shows_against_the_anchors_only(session: Session, ids: list[int]) -> None:
    known = anchors(session, ids[2:])
    tamper(session, "delete from event where id > :id", id=ids[4])
    assert fault(session) is None  # the control: the rest of the chain is right in itself
    found = verify(session, known).fault
    assert found is not None
    assert (found.kind, found.event_id, found.after_id) == ("cut", ids[5], ids[4])
    assert f"dòng {ids[-1]}" in found.vi


def test_a_cut_tail_is_found_after_new_rows_were_written(session: Session, ids: list[int]) -> None:
    known = anchors(session, ids)
    tamper(session, "delete from event where id > :id", id=ids[4])
    write(session, "TULIEN-0009")
    assert fault(session) is None
    assert fault(session, known) == ("recomputed", ids[5])


def test_a_table_that_was_emptied_is_found(session: Session, ids: list[int]) -> None:
    known = anchors(session, ids[:1])
    tamper(session, "delete from event")
    assert fault(session) is None
    assert fault(session, known) == ("cut", ids[0])


def test_a_full_recomputation_shows_against_the_anchors_only(session: Session, ids: list[int]) -> None:
    every, few = anchors(session, ids), anchors(session, [ids[2], ids[7]])
    tamper(session, "update event set effective_on = '2020-01-01' where id = :id", RECOMPUTE, id=ids[5])
    assert fault(session) is None  # the control: without anchors the forgery passes
    assert fault(session, every) == ("recomputed", ids[5])
    found = verify(session, few).fault
    assert found is not None
    assert (found.kind, found.after_id, found.event_id) == ("recomputed", ids[2], ids[7])


def test_a_recomputation_without_a_row_is_found(session: Session, ids: list[int]) -> None:
    known = anchors(session, ids)
    tamper(session, "delete from event where id = :id", RECOMPUTE, id=ids[5])
    assert fault(session) is None
    assert fault(session, known) == ("recomputed", ids[5])


def test_an_anchor_that_counts_other_rows_is_not_believed(session: Session, ids: list[int]) -> None:
    (known,) = anchors(session, [ids[3]])
    assert fault(session, [Anchor(known.at, known.event_id, known.hash, known.rows + 1)]) == (
        "recomputed",
        ids[3],
    )


def test_the_settings_of_a_session_do_not_change_a_hash(session: Session, ids: list[int]) -> None:
    for zone, style, octets in (
        ("America/New_York", "German, DMY", "escape"),
        ("Asia/Kathmandu", "SQL, MDY", "hex"),
        ("Asia/Ho_Chi_Minh", "Postgres, YMD", "hex"),
    ):
        for name, value in (("timezone", zone), ("datestyle", style), ("bytea_output", octets)):
            session.execute(text("select set_config(:name, :value, true)"), {"name": name, "value": value})
        session.execute(
            text(
                "insert into event (effective_on, actor, kind, object_type, object_code, after) "
                "values (date '2026-02-01', 'x', 'case.step', 'case', 'TULIEN-0001', '{\"m\": 1.10, \"a\": null}')"
            )
        )
        assert fault(session) is None
        assert short_head(session) is not None


def test_the_control_of_the_settings_a_time_as_text_does_change_with_them(
    session: Session, ids: list[int]
) -> None:
    shown = set()
    for zone in ("UTC", "Asia/Kathmandu"):
        session.execute(text("select set_config('timezone', :zone, true)"), {"zone": zone})
        shown.add(session.scalar(text("select recorded_at::text from event where id = :id"), {"id": ids[0]}))
    hashes = {digest(FIRST, [value]) for value in shown}
    assert len(hashes) == 2
