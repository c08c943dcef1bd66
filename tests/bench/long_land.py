"""A 60 km alignment with 50,000 parcels in the database: for the figures of gaps. Invented, in a few seconds."""

from __future__ import annotations

from datetime import date

import numpy as np
from geoalchemy2.shape import from_shape
from shapely import LineString
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.crs import to_wgs84
from geo.history import record
from geo.tables import Alignment, ImportBatch, PortfolioState, Project, Section, Ward, WorkFront

EAST, NORTH = 560_000.0, 2_320_000.0
CODE = "DAI60"
LENGTH = 60_000.0
DAY = date(2026, 3, 13)

PARCELS = text(
    """
    with spot as (
        select i, (i * (cast(:length as float8) - 12) / :count) as at,
               case when i % 2 = 0 then 'L' else 'R' end as side from generate_series(0, :count - 1) i
    ), added as (
        insert into clearance_case (project_id, code, ward_code, holder_kind, step, step_on, is_demo)
        select :project, 'DAI60-' || i, '00097', 'household',
               case when held[i + 1] then 'S60' else 'S105' end, date '2026-01-05', true
        from spot, (select cast(:held as bool[])) as h(held) returning id, code
    ), land as (
        insert into parcel (project_id, case_id, batch_id, map_series, sheet, number, ward_code, land_use, area_m2,
                            alignment_id, from_m, to_m, side, is_demo, geom, source_geom, source_srid)
        select :project, a.id, :batch, '00097', (i / 500)::text, i::text, '00097', 'LUC', 240, :alignment, at, at + 12,
               side, true,
               ST_Multi(ST_Transform(ST_MakeEnvelope(:east + at, :north + case side when 'L' then 5 else -25 end,
                        :east + at + 12, :north + case side when 'L' then 25 else -5 end, 5897), 4326)),
               ST_SetSRID(ST_MakePoint(0, 0), -1), 5897
        from spot join added a on a.code = 'DAI60-' || i returning *
    )
    insert into parcel_alignment
        (parcel_id, alignment_id, part, from_m, to_m, side, project_id, case_id, ward_code)
    select id, alignment_id, 0, from_m, to_m, side, project_id, case_id, ward_code from land
    """
)


def add_long_land(session: Session, *, parcels: int = 50_000, seed: int = 5) -> Project:
    """The project with its land: about a twentieth of the parcels is held, in clumps; ten fronts of 6 km."""
    if session.get(Ward, "00097") is None:
        ward = Ward(
            code="00097", name="Hồng Hà", unit_type="phường", area_km2=15, centre_lat=21, centre_lon=105.8
        )
        session.add(ward)
    if session.get(PortfolioState, 1) is None:
        session.add(PortfolioState(id=1, data_date=DAY, files_sha256="bench", demo_seed=1))
    project = Project(
        code=CODE, name_vi=CODE, name_en=CODE, kind="road", group_vi="Đường", group_en="Roads", sort=99,
        bottlenecks=[], facts={"short_vi": CODE, "short_en": CODE}, source_file="bench",
    )  # fmt: skip
    session.add(project)
    session.flush()
    line = LineString([(EAST + x, NORTH) for x in np.linspace(0, LENGTH, 601)])
    alignment = Alignment(
        project_id=project.id, code="TIM", name_vi="Tim", name_en="Axis", start_m=0.0, length_m=LENGTH,
        published_length_m=None, is_ring=False, schematic=True, accuracy_m=1.0, source="bench",
        geom=from_shape(to_wgs84(line), srid=4326),
    )  # fmt: skip
    batch = ImportBatch(
        project_id=project.id, filename="bench", sha256="0" * 64, source_crs="EPSG:5897", row_count=parcels,
        is_demo=True, actor="bench",
    )  # fmt: skip
    session.add_all([alignment, batch])
    session.flush()
    section = Section(
        project_id=project.id, alignment_id=alignment.id, code="D1", name_vi="Đoạn", name_en="Section", from_m=0.0,
        to_m=LENGTH, source="bench",
    )  # fmt: skip
    session.add(section)
    session.flush()
    session.add_all(
        WorkFront(
            project_id=project.id, section_id=section.id, code=f"K{i}", name_vi=f"Mũi {i}", name_en=f"Front {i}",
            kind="road", from_m=6000.0 * i, to_m=6000.0 * (i + 1), needs_land=True,
        )
        for i in range(10)
    )  # fmt: skip
    session.flush()
    rng = np.random.default_rng(seed)
    held = np.zeros(parcels, dtype=bool)
    for start in rng.integers(0, parcels, parcels // 400):
        held[start : start + int(rng.integers(1, 40))] = True
    session.execute(
        PARCELS,
        {
            "project": project.id, "batch": batch.id, "alignment": alignment.id, "count": parcels,
            "length": LENGTH, "east": EAST, "north": NORTH, "held": held.tolist(),
        },
    )  # fmt: skip
    record(
        session, kind="test", object_type="import", object_code="bench", actor="bench", effective_on=DAY,
        project_code=CODE,
    )  # fmt: skip
    session.execute(text("analyze parcel, parcel_alignment, clearance_case"))
    return project
