"""A synthetic cadastral fabric straight in SQL: a jittered grid with shared corners and mid-points, 5–9 points a ring.

The method of the reference measurements: cells of 0.00018° × 0.00016° around 105.85° E 21.03° N, about 333 m² each;
three parcels in two cases, cases at random steps, columns of the grid dealt out to projects and rows to wards.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import ceil, sqrt

from sqlalchemy import Connection, text

from api.settings import Settings

PARCELS = int(os.environ.get("DUONGGANG_BENCH_PARCELS", "1000000"))
PROJECTS = 10  # so that one of 1,000,000 has 100,000
WARDS = 40
CODES = ("S00", "S10", "S20", "S30", "S40", "S60", "S80", "S90", "S95", "S100", "S105")

PLACES = """
insert into ward (code, name, unit_type, area_km2, centre_lat, centre_lon)
select 'W' || lpad(n::text, 4, '0'), 'Phường ' || n, 'phường', 10, 21, 105.8 from generate_series(0, :wards - 1) n
on conflict do nothing;
insert into project (code, name_vi, name_en, kind, group_vi, group_en, sort, bottlenecks, facts, source_file)
select 'B' || lpad(n::text, 2, '0'), 'Dự án ' || n, 'Project ' || n, 'road', 'Đo', 'Bench', n, '{}', jsonb_build_object(
    'short_vi', 'Dự án ' || n, 'short_en', 'Project ' || n, 'summary_vi', 'Đo', 'summary_en', 'Bench'), 'bench'
from generate_series(0, :projects - 1) n;
insert into import_batch (project_id, filename, sha256, source_crs, row_count, is_demo, actor)
select id, 'bench', code, 'EPSG:4326', 0, true, 'bench' from project where source_file = 'bench';
"""
GRID = """
create temporary table cell on commit drop as
select g, i, j, case_no, p.id as project_id, b.id as batch_id, p.code as project,
       'W' || lpad((j * :wards / :side)::text, 4, '0') as ward
from (select g, g % :side as i, g / :side as j, g - g % 3 + (g % 3) / 2 as case_no
      from generate_series(0, :parcels - 1) g) c
join project p on p.code = 'B' || lpad((i * :projects / :side)::text, 2, '0')
join import_batch b on b.project_id = p.id;
"""
CASES = """
insert into clearance_case (project_id, code, ward_code, holder_kind, step, step_on, promised_on, obstacle, is_demo)
select distinct on (project, case_no) project_id, project || '-' || lpad(case_no::text, 7, '0'), ward,
       case when hashint8(case_no) % 20 = 0 then 'organisation' else 'household' end,
       (cast(:steps as text[]))[1 + abs(hashint8(case_no + 11)) % array_length(cast(:steps as text[]), 1)],
       date '2026-01-05',
       date '2026-06-01' + abs(hashint8(case_no + 13)) % 300,
       case when abs(hashint8(case_no + 17)) % 4 = 0 then 'NGUON_GOC' end, true
from cell order by project, case_no, g;
"""
# A corner or mid-point moves by its own number, so neighbours share it.
SHAPES = """
create function pg_temp.shift(n bigint) returns float8 language sql immutable as $$
    select (abs(hashint8(n)) % 1000 / 1000.0 - 0.5) * 0.4
$$;
create function pg_temp.at(i float8, j float8, seed int) returns geometry language sql immutable as $$
    select st_point(
        105.85 + (i - :side / 2.0 + pg_temp.shift((i * 2)::bigint * 1000003 + (j * 2)::bigint + seed)) * 0.00018,
        21.03 + (j - :side / 2.0 + pg_temp.shift((i * 2)::bigint * 1000033 + (j * 2)::bigint + seed + 5)) * 0.00016)
$$;
create function pg_temp.mid(i float8, j float8) returns geometry language sql immutable as $$
    select case when abs(hashint8((i * 2)::bigint * 999983 + (j * 2)::bigint)) % 100 < 45 then pg_temp.at(i, j, 3) end
$$;
insert into parcel (project_id, case_id, batch_id, map_series, sheet, number, ward_code, land_use, area_m2, is_demo,
                    geom, source_geom, source_srid)
select cell.project_id, c.id, cell.batch_id, 'B', (g / 300)::text, (g % 300)::text, cell.ward, 'ODT', 333, true,
       st_setsrid(st_multi(st_makepolygon(st_makeline(array_remove(array[
           pg_temp.at(i, j, 0), pg_temp.mid(i + 0.5, j), pg_temp.at(i + 1, j, 0), pg_temp.mid(i + 1, j + 0.5),
           pg_temp.at(i + 1, j + 1, 0), pg_temp.mid(i + 0.5, j + 1), pg_temp.at(i, j + 1, 0), pg_temp.mid(i, j + 0.5),
           pg_temp.at(i, j, 0)], null)))), 4326),
       st_setsrid(st_point(0, 0), 4326), 4326
from cell join clearance_case c on c.code = cell.project || '-' || lpad(cell.case_no::text, 7, '0');
"""
EVENT = """
insert into event (effective_on, actor, kind, object_type, object_code)
values (date '2026-01-01', 'bench', 'portfolio.load', 'portfolio', 'bench');
insert into portfolio_state (id, data_date, files_sha256)
values (1, date '2026-03-13', 'bench') on conflict do nothing;
"""


@dataclass(frozen=True)
class Fabric:
    """The database with the parcels, and a token of an account that sees all of them."""

    settings: Settings
    token: str


def lay(connection: Connection, *, parcels: int, projects: int = PROJECTS) -> None:
    """Fills an empty, migrated database with so many parcels. Needs the owner in maintenance; does not commit."""
    values = {
        "parcels": parcels,
        "projects": projects,
        "wards": WARDS,
        "side": ceil(sqrt(parcels)),
        "steps": "{" + ",".join(CODES) + "}",
    }
    for block in (PLACES, GRID, CASES, SHAPES, EVENT):
        for statement in _statements(block):
            for name, value in values.items():
                literal = f"'{value}'" if isinstance(value, str) else str(value)
                statement = statement.replace(f":{name}", literal)
            connection.execute(text(statement.replace("::", r"\:\:")))


def _statements(block: str) -> list[str]:
    """A block of SQL apart at the semicolons that end a line."""
    return [part for part in (p.strip() for p in block.split(";\n")) if part]
