"""Random edits of all versioned tables in transactions that overlap; an oracle copies every row at each commit."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from geo.db import make_sessions
from geo.moment import look_back
from geo.tables import Base, Versioned

TABLES: Mapping[str, Table] = {
    mapper.local_table.name: mapper.local_table
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table))
    if isinstance(mapper.local_table, Table) and issubclass(mapper.class_, Versioned)
}
UNKEPT = {"project": {"revision"}}  # what a view shows as it is now
EVENT = text(
    "insert into event (effective_on, actor, kind, object_type, object_code) "
    "values ('2026-03-13', 'test', 'test', 'test', 'TEST') returning id"
)
Rows = dict[str, list[str]]

WORDS = ("'a'", "'đường găng'", "'A/1, \"x\"'", "''", "'(null)'")
BOX = "st_makeenvelope({0}, 21, {0} + 0.001, 21.001, {1})"
DIALECT = postgresql.dialect()
VALUES = {
    "TEXT": lambda at: at.choice(WORDS),
    "DATE": lambda at: f"date '2026-01-01' + {at.randrange(400)}",
    "NUMERIC": lambda at: at.choice(("1", "1.0", "1.00", "2.50", "-3")),  # equal values that look different
    "BOOLEAN": lambda at: at.choice(("true", "false")),
    "INTEGER": lambda at: str(at.randrange(1, 9)),
    "BIGINT": lambda at: str(at.randrange(1, 9)),
    "DOUBLE PRECISION": lambda at: at.choice(("0", "-0.0", "0.1", "1e300", "'NaN'")),
    "JSONB": lambda at: at.choice(("'{}'", "'{\"m\": 1.0}'", "'{\"m\": 1.00}'", "'[1, null]'")),
    "TEXT[]": lambda at: at.choice(("'{}'", "'{a,b}'", "'{null,NULL}'")),
    "UUID": lambda at: "gen_random_uuid()",
    "TIMESTAMP WITH TIME ZONE": lambda at: "clock_timestamp()",
    "TIMESTAMP WITHOUT TIME ZONE": lambda at: at.choice(("'2026-03-13 07:30'", "'2026-03-13 17:00:00'")),
}


@dataclass(slots=True)
class Played:
    """What happened: a copy of all rows for each event that ended a transaction, and how much was done.

    `wrong_at_once` are events whose view was not that copy just after the commit.
    """

    then: dict[int, Rows] = field(default_factory=dict)
    wrong_at_once: list[int] = field(default_factory=list)
    edits: int = 0
    refused: int = 0
    undone: int = 0


def copy_of(connection: Connection) -> Rows:
    """Every row of every versioned table, as the texts of its columns in the order of the ORM, sorted."""
    return {name: sorted(connection.scalars(text(_as_text(table)))) for name, table in TABLES.items()}


def known_with(engine: Engine, event_id: int) -> Rows:
    """The same through `look_back`."""
    with make_sessions(engine)() as session:
        look_back(session, event_id)
        return copy_of(session.connection())


def wrong(engine: Engine, played: Played) -> list[tuple[int, str]]:
    """Events and tables that the views show otherwise than the oracle saw them."""
    found = []
    for event_id, rows in played.then.items():
        shown = known_with(engine, event_id)
        found += [(event_id, name) for name in TABLES if shown[name] != rows[name]]
    return found


def play(engine: Engine, *, seed: int, edits: int, writers: int = 3) -> Played:
    """Does random edits in up to `writers` transactions that are open at once, until so many went through.

    A transaction ends with an event and a copy of all rows, or is rolled back; so is a savepoint now and then.
    """
    at = random.Random(seed)
    played = Played()
    open_: list[Connection] = []
    try:
        while played.edits < edits or open_:
            if len(open_) < writers and played.edits < edits and at.random() < 0.3:
                connection = engine.connect()
                connection.execute(text("set local lock_timeout = 15"))
                connection.execute(text("select setseed(:seed)"), {"seed": at.random()})
                open_.append(connection)
            elif open_:
                connection = at.choice(open_)
                if at.random() < 0.15 or played.edits >= edits:
                    open_.remove(connection)
                    _end(engine, connection, at, played)
                else:
                    _edit(connection, at, played)
    finally:
        for connection in open_:
            connection.close()
    return played


def _end(engine: Engine, connection: Connection, at: random.Random, played: Played) -> None:
    with connection:
        if at.random() < 0.15:
            connection.rollback()
            played.undone += 1
            return
        events = [connection.scalar(EVENT) for _ in range(at.choice((1, 1, 3)))]
        if at.random() < 0.2:
            _edit(connection, at, played)  # rows after the event belong to the same change
        connection.commit()
    assert events[-1] is not None
    with engine.connect() as reader:
        played.then[events[-1]] = copy_of(reader)
    if known_with(engine, events[-1]) != played.then[events[-1]]:
        played.wrong_at_once.append(events[-1])


def _edit(connection: Connection, at: random.Random, played: Played) -> None:
    """One statement in a savepoint: refused ones (keys, foreign keys, locks) leave nothing."""
    name = at.choice(list(TABLES))
    savepoint = connection.begin_nested()
    try:
        done = connection.execute(text(_statement(TABLES[name], at))).rowcount
    except DBAPIError:
        with suppress(DBAPIError):
            savepoint.rollback()
        played.refused += 1
        return
    if at.random() < 0.1:
        savepoint.rollback()
        played.undone += 1
    else:
        savepoint.commit()
        played.edits += done > 0


def _statement(table: Table, at: random.Random) -> str:
    kind = at.choices(("insert", "update", "many", "delete", "upsert", "same"), (50, 25, 8, 5, 5, 2))[0]
    one = f"ctid = (select ctid from {table.name} order by random() limit 1)"
    if kind == "delete":
        return f"delete from {table.name} where {one}"
    if kind == "same":
        return f"update {table.name} set change = 7"
    columns = [c for c in table.columns if c.name != "change"]
    if kind in ("update", "many"):
        chosen = at.sample(columns, at.choice((1, 1, min(3, len(columns)))))
        sets = ", ".join(f'"{c.name}" = {_value(c, at)}' for c in chosen)
        return f"update {table.name} set {sets} where {one if kind == 'update' else 'random() < 0.5'}"
    given = [c for c in columns if not _is_serial(c)]
    names = ", ".join(f'"{c.name}"' for c in given)
    insert = f"insert into {table.name} ({names}) values ({', '.join(_value(c, at) for c in given)})"
    if kind == "insert":
        return insert
    key = ", ".join(c.name for c in table.primary_key)
    return f"{insert} on conflict ({key}) do update set {given[-1].name} = excluded.{given[-1].name}"


def _is_serial(column: Column[Any]) -> bool:
    alone = len(column.table.primary_key) == 1 and column.primary_key and not column.foreign_keys
    return alone and str(column.type) == "INTEGER" and column.table.name != "portfolio_state"


def _value(column: Column[Any], at: random.Random) -> str:
    for key in column.foreign_keys:
        target = key.column
        found = f"(select {target.name} from {target.table.name} order by random() limit 1)"
        return "null" if column.nullable and at.random() < 0.3 else found
    if column.nullable and at.random() < 0.2:
        return "null"
    if column.name == "type":
        return at.choice(("'FS'", "'SS'"))
    if (column.table.name, column.name) == ("parcel_lineage", "kind"):
        return at.choice(("'split'", "'merge'"))
    if (column.table.name, column.name) in (("case_fact", "land"), ("case_fact", "file")):
        return "''"
    of = (column.table.name, column.name)
    if of in (("case_fact", "void_reason"), ("case_fact", "amount"), ("work_front", "run_m")):
        return "null"
    if column.table.name == "project_network" and column.name in ("unit", "source"):
        return at.choice(("'day'", "'minute'") if column.name == "unit" else ("'edited'", "'imported'"))
    if column.table.name == "case_document" and column.name.startswith("withdrawn_"):
        return "null"
    if (column.table.name, column.name) == ("case_document", "place_source"):
        return at.choice(("'exif'", "'browser'"))
    if (column.table.name, column.name) == ("case_document", "sha256"):
        return f"repeat('{at.randrange(10)}', 64)"
    if (column.table.name, column.name) == ("assignment", "state"):
        return at.choice(("'given'", "'accepted'", "'withdrawn'"))
    if column.table.name == "assignment" and column.name in (
        "body",
        "person",
        "what",
        "lead",
        "product",
        "authority",
    ):
        return at.choice(("'a'", "'đường găng'"))
    if (column.table.name, column.name) == ("law_setting", "key"):
        return at.choice(("'threshold.risk_share'", "'target.KD-02'"))
    if column.name in ("code", "number", "sha256"):
        return f"'{at.randrange(60)}'"
    if (kind := column.type.compile(DIALECT)).startswith("geometry"):
        box = BOX.format(105 + at.randrange(100) / 1000, -1 if "-1" in kind else 4326)
        if column.table.name == "alignment":
            return f"st_exteriorring({box})"
        return f"st_multi({box})" if "MULTI" in kind else box
    return VALUES[kind](at)


def _as_text(table: Table) -> str:
    unkept = UNKEPT.get(table.name, set())
    columns = [c.name for c in table.columns if c.name not in unkept]
    return (
        f"select json_build_array({', '.join(f'{name}::text' for name in columns)})::text from {table.name}"
    )
