"""The invented land of a project: counts and shares from which the demo files are generated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isclose

from projects.catalog.facts import DemoFacts, DemoPromise, DemoWard
from projects.catalog.reading import Reader
from projects.codes import LAND_CODES, OBSTACLES
from projects.steps import STEPS

# Shares are typed with two or three decimals; anything beyond this is a forgotten row, not rounding.
TOLERANCE = 1e-6


def read_demo(table: Reader) -> DemoFacts:
    """The [demo] table; `parcels` must be the sum of its wards, so that a lost row is noticed."""
    width_m = table.number_or_none("width_m")
    wards = tuple(_read_ward(child, width_m) for child in table.children("ward"))
    facts = DemoFacts(
        parcels=table.whole("parcels"),
        width_m=width_m,
        note_vi=table.text_or_none("note_vi"),
        wards=wards,
    )
    total = sum(ward.parcels for ward in wards)
    if total != facts.parcels:
        table.note(
            "parcels",
            f"ghi {facts.parcels} nhưng các phường, xã cộng lại {total}",
            f"says {facts.parcels} but the wards add up to {total}",
        )
    table.close()
    return facts


def _read_ward(table: Reader, width_m: float | None) -> DemoWard:
    parcels = table.whole("parcels")
    ward = DemoWard(
        code=table.text("code"),
        parcels=parcels,
        cases=table.whole("cases", default=parcels),
        alignment=table.text_or_none("alignment"),
        section=table.text_or_none("section"),
        from_m=table.number_or_none("from_m"),
        to_m=table.number_or_none("to_m"),
        width_m=table.number_or_none("width_m") or width_m,
        step_shares=_shares(table, "step_shares", STEPS.__contains__),
        step_counts=_counts(table, "step_counts"),
        promised=_promises(table),
        obstacles=_shares(table, "obstacles", OBSTACLES.__contains__, at_most=True) or {},
        land_use=_shares(table, "land_use", _is_land_code) or {},
        organisations=table.whole("organisations", default=0),
        parcel_count_source=table.text("parcel_count_source"),
    )
    _check_place(table, ward)
    _check_counts(table, ward)
    table.close()
    return ward


def _check_place(table: Reader, ward: DemoWard) -> None:
    on_line = ward.from_m is not None and ward.to_m is not None
    if on_line == (ward.section is not None):
        table.note(
            "from_m",
            "đất nằm trên tuyến (from_m, to_m) hoặc trong vùng (section), chỉ một trong hai",
            "the land lies on a line (from_m, to_m) or in an area (section), exactly one of them",
        )
    if on_line and ward.from_m is not None and ward.to_m is not None and ward.to_m <= ward.from_m:
        table.note("to_m", "lý trình cuối phải lớn hơn lý trình đầu", "to_m must be above from_m")
    if on_line and not ward.width_m:
        table.note("width_m", "thiếu bề rộng dải đất", "the width of the strip is missing")


def _check_counts(table: Reader, ward: DemoWard) -> None:
    if not 0 < ward.cases <= ward.parcels:
        table.note(
            "cases",
            "số hồ sơ phải từ 1 đến số thửa",
            "there must be between one case and one case per parcel",
        )
    if ward.organisations > ward.cases:
        table.note("organisations", "nhiều hơn số hồ sơ", "more than there are cases")
    if (ward.step_shares is None) == (ward.step_counts is None):
        table.note(
            "step_shares",
            "cần step_shares hoặc step_counts, chỉ một trong hai",
            "needs step_shares or step_counts, exactly one of them",
        )
    if ward.step_counts is not None and sum(ward.step_counts.values()) != ward.cases:
        table.note(
            "step_counts",
            f"cộng lại {sum(ward.step_counts.values())}, khác số hồ sơ {ward.cases}",
            f"adds up to {sum(ward.step_counts.values())} and not to the {ward.cases} cases",
        )
    if not table.has("land_use"):
        table.note("land_use", "thiếu", "missing")


def _shares(
    table: Reader, key: str, known: Callable[[str], bool], *, at_most: bool = False
) -> Mapping[str, float] | None:
    """Shares by code that sum to 1, or to at most 1 when the rest has none of them."""
    value = table.raw(key)
    if value is None:
        return None
    if not isinstance(value, dict) or not all(_is_share(share) for share in value.values()):
        table.note(key, "phải là { MÃ = tỷ lệ từ 0 đến 1 }", "must be { CODE = share from 0 to 1 }")
        return None
    _note_unknown(table, key, value, known)
    shares = {code: float(share) for code, share in value.items()}
    _check_sum(table, key, sum(shares.values()), at_most=at_most)
    return shares


def _counts(table: Reader, key: str) -> Mapping[str, int] | None:
    value = table.raw(key)
    if value is None:
        return None
    if not isinstance(value, dict) or not all(type(count) is int and count >= 0 for count in value.values()):
        table.note(key, "phải là { BƯỚC = số hồ sơ }", "must be { STEP = number of cases }")
        return None
    _note_unknown(table, key, value, STEPS.__contains__)
    return dict(value)


def _promises(table: Reader) -> tuple[DemoPromise, ...]:
    value = table.raw("promised")
    if value is None:
        return ()
    if not isinstance(value, list):
        table.note("promised", "phải là [[ngày, tỷ lệ], …]", "must be [[day, share], …]")
        return ()
    promises = []
    for place, pair in enumerate(value):
        at = f"promised[{place}]"
        if not isinstance(pair, list) or len(pair) != 2 or not _is_share(pair[1]):
            table.note(at, "phải là [ngày, tỷ lệ từ 0 đến 1]", "must be [day, share from 0 to 1]")
            continue
        on = table.as_day(at, pair[0])
        if on is not None:
            promises.append(DemoPromise(on=on, share=float(pair[1])))
    _check_sum(table, "promised", sum(promise.share for promise in promises), at_most=True)
    return tuple(promises)


def _check_sum(table: Reader, key: str, total: float, *, at_most: bool) -> None:
    if isclose(total, 1, abs_tol=TOLERANCE) or (at_most and total < 1):
        return
    if at_most:
        table.note(key, f"các tỷ lệ cộng lại {total:g}, quá 1", f"the shares add up to {total:g}, above 1")
    else:
        table.note(key, f"các tỷ lệ cộng lại {total:g}, phải là 1", f"the shares add up to {total:g}, not 1")


def _note_unknown(table: Reader, key: str, value: Mapping[str, object], known: Callable[[str], bool]) -> None:
    for code in value:
        if not known(code):
            table.note(f"{key}.{code}", f"mã {code!r} không có trong danh mục", f"code {code!r} is not known")


def _is_land_code(code: str) -> bool:
    # Composite codes such as ONT+CLN are delivered by the offices as they are.
    return all(part in LAND_CODES for part in code.split("+"))


def _is_share(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 <= value <= 1
