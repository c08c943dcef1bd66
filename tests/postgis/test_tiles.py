"""Tiles say what the rows say: by bounding box, by projection, by reach, by day; against PostGIS and plain counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.context import Context
from api.rightsfile import rights
from api.usecases import tiles
from api.usecases.cases import CaseChange, change_case
from api.usecases.tiles import GROUP_OF, UNWANTED, land_tile, shown_land
from geo import scope
from geo.access import access_case
from geo.db import make_engine
from geo.history import case_state, record
from geo.migrate import upgrade
from geo.tables import Project
from geo.tiles.grid import Tile, tile_at
from geo.tiles.land import count_cells
from projects.errors import NotFound
from projects.rights import Principal
from tests.bench.fabric import lay
from tests.mvt import decode
from tests.people import app_url, system_context, undone

PARCELS, PROJECTS = 3000, 4
PLACE = (105.85, 21.03)  # the middle of the fabric
DAY = date(2026, 3, 13)


@pytest.fixture(scope="module")
def fabric(make_database: Callable[[], str]) -> Iterator[tuple[Engine, Engine]]:
    """A database with a synthetic fabric: the owner's engine and the application's, which sees under its rules."""
    url = make_database()
    owner = make_engine(url, maintenance=True)
    upgrade(owner)
    with owner.begin() as connection:
        lay(connection, parcels=PARCELS, projects=PROJECTS)
    app = make_engine(app_url(url) or url, role=None if app_url(url) else "duonggang_app")
    yield owner, app
    owner.dispose()
    app.dispose()


@pytest.fixture
def owner(fabric: tuple[Engine, Engine]) -> Iterator[Session]:
    """The owner in maintenance, of which nothing stays."""
    with undone(fabric[0]) as session:
        yield session


def person(role: str, *, wards: tuple[str, ...] = (), projects: tuple[str, ...] = ()) -> Context:
    who = Principal(role, role, rights().roles[role], wards=frozenset(wards), projects=frozenset(projects))
    return replace(system_context(), principal=who)


def seen(app: Engine, ctx: Context, tile: Tile, code: str | None = None) -> bytes:
    with Session(app) as session, session.begin():
        scope.enter(session, ctx.principal)
        return land_tile(session, ctx, shown_land(session, ctx, code, as_of=None), tile).plain


def cases(body: bytes) -> Counter[int]:
    layer = decode(body).get("parcels")
    return Counter(f.properties["k"] for f in layer.features) if layer else Counter()


ORACLE = text(
    """
    select c.id from parcel p join clearance_case c on c.id = p.case_id join project q on q.id = p.project_id
    where c.step <> 'X2' and (cast(:project as text) is null or q.code = :project)
      and (:all or (p.ward_code = any(:wards) or q.code = any(:projects))
               and (c.ward_code = any(:wards) or q.code = any(:projects)))
      and ST_Intersects(ST_Transform(p.geom, 3857), ST_Expand(ST_TileEnvelope(:z, :x, :y),
          (ST_XMax(ST_TileEnvelope(:z, :x, :y)) - ST_XMin(ST_TileEnvelope(:z, :x, :y))) * 64 / 4096.0))
    """
)


def by_rows(owner: Session, ctx: Context, tile: Tile, code: str | None = None) -> Counter[int]:
    who = ctx.principal
    values = {
        "z": tile.z, "x": tile.x, "y": tile.y, "project": code, "all": who.reach == "all",
        "wards": sorted(who.wards), "projects": sorted(who.projects),
    }  # fmt: skip
    return Counter(owner.scalars(ORACLE, values))


@pytest.mark.parametrize("zoom", [15, 16, 17, 18])
def test_a_tile_has_the_parcels_that_postgis_finds_in_its_square(
    fabric: tuple[Engine, Engine], owner: Session, zoom: int
) -> None:
    ctx = person("leadership")
    for tile in (tile_at(zoom, *PLACE), tile_at(zoom, PLACE[0] + 0.004, PLACE[1] - 0.003)):
        found, wanted = cases(seen(fabric[1], ctx, tile)), by_rows(owner, ctx, tile)
        # A sliver at the edge may round to nothing.
        assert sum((found - wanted).values()) == 0
        assert sum((wanted - found).values()) <= 1 + sum(wanted.values()) // 100
        assert sum(found.values()) > 20


def test_a_tile_says_of_each_parcel_what_its_rows_say(fabric: tuple[Engine, Engine], owner: Session) -> None:
    body = seen(fabric[1], person("leadership"), tile_at(16, *PLACE))
    rows = owner.execute(
        text(
            "select distinct c.id, c.step, left(c.holder_kind, 1), c.obstacle, p.ward_code "
            "from clearance_case c join parcel p on p.case_id = c.id join project q on q.id = c.project_id"
        )
    )
    known = {tuple(row) for row in rows}
    for feature in decode(body)["parcels"].features:
        p = feature.properties
        assert (p["k"], p["s"], p["o"], p.get("v"), p["w"]) in known


@pytest.mark.parametrize("zoom", [12, 15, 17])
def test_scaling_in_degrees_is_the_mercator_projection_to_one_unit(
    fabric: tuple[Engine, Engine], owner: Session, zoom: int
) -> None:
    tile = tile_at(zoom, *PLACE)
    body = seen(fabric[1], person("leadership"), tile, "B01")
    exact = owner.execute(
        text(
            "select c.id, ST_AsText(ST_AsMVTGeom(ST_Transform(p.geom, 3857), "
            "cast(ST_TileEnvelope(:z, :x, :y) as box2d), 4096, 64, true)) from parcel p "
            "join clearance_case c on c.id = p.case_id "
            "join project q on q.id = p.project_id where q.code = 'B01' and p.geom && ST_Transform("
            "ST_TileEnvelope(:z, :x, :y), 4326)"
        ),
        {"z": tile.z, "x": tile.x, "y": tile.y},
    )
    lows: dict[int, list[float]] = {}
    for number, shape in exact:
        if shape:
            ring = shape.partition("((")[2].partition(")")[0]
            lows.setdefault(number, []).append(max(float(pair.split()[1]) for pair in ring.split(",")))
    compared = 0
    for feature in decode(body)["parcels"].features:
        low = max(y for _, y in feature.rings[0])
        if all(0 < x < 4096 and 0 < y < 4096 for x, y in feature.rings[0]):
            near = lows[feature.properties["k"]]
            compared += 1
            assert any(abs(low - y) <= 1 for y in near)
    assert compared > 10


def test_every_reach_sees_its_own_land_and_no_tile_is_shared(
    fabric: tuple[Engine, Engine], owner: Session
) -> None:
    shared = person("leadership")
    tile = tile_at(15, *PLACE)
    people = [
        shared,
        person("ward_officer", wards=("W0019", "W0020")),
        person("ward_officer", wards=("W0020",)),
        person("board", projects=("B01",)),
        person("department", wards=("W0019",), projects=("B02",)),
        person("administrator"),
        person("auditor"),
    ]
    # One cache for all of them, as in the server; twice, so that the second time answers come out of it.
    for _ in range(2):
        for one in people:
            ctx = replace(shared, principal=one.principal)
            found, wanted = cases(seen(fabric[1], ctx, tile)), by_rows(owner, ctx, tile)
            if ctx.principal.reach == "none":
                assert not found
                continue
            assert found.keys() <= wanted.keys()
            assert sum((wanted - found).values()) <= 1 + sum(wanted.values()) // 100
            assert found


def test_the_proof_of_reach_sees_a_cache_that_forgets_who_asks(
    fabric: tuple[Engine, Engine], owner: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Principal, "seen_from", ("everybody",))
    with pytest.raises(AssertionError):
        test_every_reach_sees_its_own_land_and_no_tile_is_shared(fabric, owner)


def test_cells_count_every_parcel_once_with_its_area_and_step(
    fabric: tuple[Engine, Engine], owner: Session
) -> None:
    ctx = person("leadership")
    groups: Counter[int] = Counter()
    area = 0
    tiles_seen = {tile_at(13, PLACE[0] + x, PLACE[1] + y) for x in (-0.03, 0, 0.03) for y in (-0.03, 0, 0.03)}
    for tile in tiles_seen:
        layer = decode(seen(fabric[1], ctx, tile)).get("cells")
        for feature in layer.features if layer else ():
            p = feature.properties
            own = {group: p.get(f"n{group}", 0) for group in range(1, 8)}
            assert sum(own.values()) == p["n"]
            groups.update(own)
            area += p["a"]
            (ring,) = feature.rings
            assert sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)) > 0
    steps = owner.execute(
        text("select c.step, count(*) from parcel p join clearance_case c on c.id = p.case_id group by 1")
    )
    wanted: Counter[int] = Counter()
    for step, count in steps:
        wanted[GROUP_OF[step]] += count
    assert +groups == +wanted
    assert abs(area - PARCELS * 333) <= len(tiles_seen) * 1024


def test_a_case_outside_the_boundary_is_on_no_tile(fabric: tuple[Engine, Engine], owner: Session) -> None:
    ctx = person("leadership")
    tile = tile_at(16, *PLACE)
    shown = shown_land(owner, ctx, None, as_of=None)
    before = cases(land_tile(owner, ctx, shown, tile).plain)
    gone = next(iter(before))
    owner.execute(text("update clearance_case set step = 'X2' where id = :id"), {"id": gone})
    owner.execute(text("update project set revision = revision + 1"))
    again = cases(land_tile(owner, ctx, shown_land(owner, ctx, None, as_of=None), tile).plain)
    assert before.keys() - again.keys() == {gone}
    project = owner.scalar(text("select project_id from clearance_case where id = :id"), {"id": gone})
    whole = owner.scalar(text("select count(*) from parcel where project_id = :p"), {"p": project})
    cells = count_cells(owner, project, moved={}, groups=GROUP_OF, unwanted=UNWANTED)
    assert cells.total == whole - before_of(owner, gone)


def before_of(owner: Session, case: int) -> int:
    return owner.scalar(text("select count(*) from parcel where case_id = :id"), {"id": case}) or 0


def test_an_edit_changes_the_version_and_the_tile_and_a_past_day_keeps_its_own(
    fabric: tuple[Engine, Engine], owner: Session
) -> None:
    ctx = replace(person("ward_leader", wards=("W0019", "W0020")), today=lambda: date(2026, 6, 1))
    tile = tile_at(16, *PLACE)
    first = shown_land(owner, ctx, None, as_of=None)
    row = owner.execute(
        text(
            "select c.code, c.id, c.version from clearance_case c "
            "where c.step = 'S10' and c.id = any(:ids) order by c.code limit 1"
        ),
        {"ids": list(cases(land_tile(owner, ctx, first, tile).plain))},
    ).one()

    def step_of(as_of: date | None) -> str:
        shown = shown_land(owner, ctx, None, as_of=as_of)
        layer = decode(land_tile(owner, ctx, shown, tile).plain)["parcels"]
        return next(str(f.properties["s"]) for f in layer.features if f.properties["k"] == row.id)

    assert step_of(None) == "S10"
    begin_history(owner, row.code)
    change = CaseChange(
        step="S20",
        effective_on=date(2026, 3, 10),
        document="12/TB",
        signer="Nguyễn Văn Một",
        said=frozenset({"step", "document"}),
    )
    change_case(owner, ctx, row.code, change, seen=row.version, key=None)
    assert shown_land(owner, ctx, None, as_of=None).version != first.version
    assert step_of(None) == "S20"
    assert step_of(date(2026, 3, 9)) == "S10"
    assert step_of(date(2026, 3, 10)) == "S20"


def begin_history(owner: Session, code: str) -> None:
    """The event with which an import makes a case."""
    case = access_case(owner, code)
    project = owner.get_one(Project, case.project_id).code
    record(
        owner, kind="case.import", object_type="case", object_code=code, project_code=project, actor="test",
        effective_on=case.step_on, after=case_state(case),
    )  # fmt: skip


def test_a_tile_of_too_many_parcels_is_drawn_as_cells(
    fabric: tuple[Engine, Engine], owner: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST_PARCELS", 10)
    assert set(decode(seen(fabric[1], person("leadership"), tile_at(15, *PLACE)))) == {"cells"}


@pytest.mark.parametrize("tile", [Tile(16, 65536, 0), Tile(16, 0, 65536), Tile(5, 0, 0)])
def test_a_tile_that_is_not_in_the_grid_is_not_found(fabric: tuple[Engine, Engine], tile: Tile) -> None:
    with pytest.raises(NotFound):
        seen(fabric[1], person("leadership"), tile)


def test_row_level_security_leaves_the_planner_the_index_of_places(fabric: tuple[Engine, Engine]) -> None:
    owner, app = fabric
    with owner.begin() as connection:
        connection.execute(text("analyze parcel"))
    plan = text(
        "explain select count(*) from parcel where geom && ST_MakeEnvelope(105.85, 21.03, 105.851, 21.031, 4326)"
    )
    with Session(app) as session, session.begin():
        scope.enter(session, person("ward_officer", wards=("W0019",)).principal)
        assert "idx_parcel_geom" in "\n".join(session.scalars(plan))
