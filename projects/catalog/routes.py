"""Points, alignments, sections and work fronts as the files give them, each checked by itself."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from math import cos, hypot, radians

from projects.catalog.facts import AlignmentFacts, FrontFacts, LatLon, SectionFacts
from projects.catalog.reading import Reader
from projects.errors import InvalidInput
from projects.stationing import parse_equations, stationing

# Hanoi with the neighbouring banks that its bridges reach; also what tells swapped axes apart.
LAT_RANGE = (20.5, 21.5)
LON_RANGE = (105.2, 106.2)


def read_alignment(table: Reader) -> AlignmentFacts:
    """One [[alignment]]: at least two points; a ring must come back to its first point."""
    facts = AlignmentFacts(
        code=table.code(),
        name_vi=table.text("name_vi"),
        name_en=table.text("name_en"),
        start_m=table.number("start_m"),
        published_length_m=table.number_or_none("published_length_m"),
        is_ring=table.flag("ring", False),
        schematic=table.flag("schematic", True),
        accuracy_m=table.number("accuracy_m"),
        source=table.text("source"),
        points=read_points(table, "points", least=2) or (),
        equations=_read_equations(table),
    )
    _check_equations(table, facts)
    if facts.is_ring and facts.points and facts.points[0] != facts.points[-1]:
        table.note(
            "points",
            "tuyến khép kín phải lặp lại điểm đầu ở cuối",
            "a ring must repeat its first point at the end",
        )
    if facts.published_length_m == 0:
        table.note("published_length_m", "phải lớn hơn 0", "must be above 0")
    table.close()
    return facts


def read_section(table: Reader) -> SectionFacts:
    """One [[section]]: an interval of an alignment or an area, never both."""
    facts = SectionFacts(
        code=table.code(),
        name_vi=table.text("name_vi"),
        name_en=table.text("name_en"),
        component=table.text_or_none("component"),
        alignment=table.text_or_none("alignment"),
        from_m=table.number_or_none("from_m"),
        to_m=table.number_or_none("to_m"),
        width_m=table.number_or_none("width_m"),
        area=read_points(table, "area", least=3),
        status_vi=table.text_or_none("status_vi"),
        source=table.text("source"),
    )
    _check_interval(table, facts.from_m, facts.to_m)
    if (facts.alignment is None) == (facts.area is None):
        table.note(
            "alignment",
            "đoạn phải thuộc một tim tuyến hoặc có vùng (area), chỉ một trong hai",
            "a section belongs to an alignment or has an area, exactly one of them",
        )
    if facts.alignment is not None and (facts.from_m is None or facts.to_m is None):
        table.note(
            "from_m", "đoạn trên tuyến cần from_m và to_m", "a section on a line needs from_m and to_m"
        )
    if facts.alignment is None and (facts.from_m is not None or facts.to_m is not None):
        table.note("from_m", "vùng không có lý trình", "an area has no chainage")
    table.close()
    return facts


def read_front(table: Reader) -> FrontFacts:
    """One [[front]]; where it may lie is checked once the sections are known."""
    facts = FrontFacts(
        code=table.code(),
        name_vi=table.text("name_vi"),
        name_en=table.text("name_en"),
        section=table.text("section"),
        kind=table.text("kind"),
        from_m=table.number_or_none("from_m"),
        to_m=table.number_or_none("to_m"),
        area=read_points(table, "area", least=3),
        needs_land=table.flag("needs_land", True),
    )
    _check_interval(table, facts.from_m, facts.to_m)
    table.close()
    return facts


def read_points(table: Reader, key: str, least: int) -> tuple[LatLon, ...] | None:
    """(lat, lon) pairs inside the Hanoi box; swapped axes are named as such. None if absent or faulty."""
    value = table.raw(key)
    if value is None:
        if least == 2:
            table.note(key, "thiếu", "missing")
        return None
    if not isinstance(value, list) or len(value) < least:
        table.note(
            key, f"cần ít nhất {least} điểm [vĩ độ, kinh độ]", f"needs {least} points [lat, lon] or more"
        )
        return None
    points: list[LatLon] = []
    for place, pair in enumerate(value):
        at = f"{key}[{place}]"
        if not isinstance(pair, list) or len(pair) != 2 or not all(_is_number(part) for part in pair):
            table.note(at, "điểm phải là [vĩ độ, kinh độ]", "a point must be [lat, lon]")
            continue
        lat, lon = float(pair[0]), float(pair[1])
        if _inside(lat, LAT_RANGE) and _inside(lon, LON_RANGE):
            points.append((lat, lon))
        elif _inside(lon, LAT_RANGE) and _inside(lat, LON_RANGE):
            table.note(at, "vĩ độ và kinh độ bị đổi chỗ", "latitude and longitude are swapped")
        else:
            table.note(at, f"điểm ({lat}, {lon}) nằm ngoài Hà Nội", f"point ({lat}, {lon}) is not in Hanoi")
    return tuple(points)


def _read_equations(table: Reader) -> tuple[tuple[float, float], ...]:
    """`equations = "Km5+200 = Km5+450; …"`, none when it is absent."""
    try:
        found = parse_equations(table.text_or_none("equations") or "")
    except InvalidInput as refused:
        table.note("equations", refused.faults[0].vi, refused.faults[0].en)
        return ()
    return tuple((e.back_m, e.ahead_m) for e in found)


def _check_equations(table: Reader, facts: AlignmentFacts) -> None:
    if facts.equations and len(facts.points) > 1:
        try:
            stationing(facts.equations, start_m=facts.start_m, end_m=end_m(facts))
        except InvalidInput as refused:
            for fault in refused.faults:
                table.note("equations", fault.vi, fault.en)


def estimated_length_m(points: tuple[LatLon, ...]) -> float:
    """Length in metres on a local plane of the WGS 84 ellipsoid; within 0.1 % over one city."""
    total = 0.0
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise(points):
        mid = radians((lat_a + lat_b) / 2)
        # Series of the length of a degree (metres), good to centimetres at these latitudes.
        lat_m = 111_132.92 - 559.82 * cos(2 * mid) + 1.175 * cos(4 * mid)
        lon_m = 111_412.84 * cos(mid) - 93.5 * cos(3 * mid)
        total += hypot((lat_b - lat_a) * lat_m, (lon_b - lon_a) * lon_m)
    return total


def end_m(alignment: AlignmentFacts) -> float:
    """Chainage of the last point: published length if there is one, else as measured here."""
    length = alignment.published_length_m
    return alignment.start_m + (estimated_length_m(alignment.points) if length is None else length)


def _check_interval(table: Reader, from_m: float | None, to_m: float | None) -> None:
    if (from_m is None) != (to_m is None):
        table.note("to_m" if to_m is None else "from_m", "thiếu một đầu lý trình", "one end is missing")
    elif from_m is not None and to_m is not None and to_m <= from_m:
        table.note("to_m", "lý trình cuối phải lớn hơn lý trình đầu", "to_m must be above from_m")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _inside(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
