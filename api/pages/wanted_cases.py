"""Which cases a list of a project shows, from its address: the filters of the page, or the figure that opened it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from api.context import Context
from api.language import Lang, pick
from api.usecases.answers import answered
from api.usecases.calculation import calculate, resolve_day
from api.usecases.disbursement import money_tracks
from api.usecases.listing import CaseFilter
from api.usecases.weekly import Behind, cases_behind
from geo.tables import Project
from projects.payments import MONEY
from projects.weekly.columns import BY_KEY, GROUPS

# A stretch of chainage in whole or tenths of metres, "526.3-1757".
STRETCH = r"^$|^\d{1,7}(\.\d)?-\d{1,7}(\.\d)?$"
FILTERS = ("buoc", "phuong", "mui", "vuong", "gang", "mo", "doan", "giao", "tuoi", "tien", "diem")
MONTH = r"^$|^\d{4}-(0[1-9]|1[0-2])$"
AGE = r"^$|^\d{1,5}-(\d{1,5})?$"  # days from – to; without an end: or more
STATE = f"^$|^({'|'.join(MONEY)})$"  # where the money of the case stands
FIGURE = ("cot", "tuan", "dem", "quan", "thanh-phan")
Flag = Annotated[str, Query(pattern="^1?$")]
Short = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of a list: `filters` as the form of the page has them, `figure` a figure of the weekly table."""

    filters: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(FILTERS, ""))
    figure: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """All of it, for the address of the same list in another form."""
        return {**self.filters, **self.figure}


def wanted(
    buoc: str = "",
    phuong: str = "",
    mui: str = "",
    vuong: str = "",
    gang: Flag = "",
    mo: Flag = "",
    doan: Annotated[str, Query(pattern=STRETCH)] = "",
    giao: Annotated[str, Query(pattern=MONTH)] = "",
    tuoi: Annotated[str, Query(pattern=AGE)] = "",
    tien: Annotated[str, Query(pattern=STATE)] = "",
    diem: Annotated[str, Query(pattern="^[1-5]?$")] = "",
    cot: Short = "",
    tuan: Short = "",
    dem: Short = "",
    quan: Short = "",
    thanh_phan: Annotated[str, Query(alias="thanh-phan", max_length=64)] = "",
) -> Wanted:
    """What the address asks for."""
    filters = dict(
        zip(FILTERS, (buoc, phuong, mui, vuong, gang, mo, doan, giao, tuoi, tien, diem), strict=True)
    )
    figure = dict(zip(FIGURE, (cot, tuan, dem, quan, thanh_phan), strict=True)) if cot else {}
    return Wanted(filters, {key: value for key, value in figure.items() if value})


WantedDep = Annotated[Wanted, Depends(wanted)]


def wanted_cases(
    session: Session, ctx: Context, project: Project, asked: Wanted, *, as_of: date | None
) -> tuple[CaseFilter, date | None]:
    """The filter of a list and the day that it stands on (None: the portfolio's). Raises InvalidInput."""
    said, day, codes = asked.filters, as_of, None
    if asked.figure:
        figure = asked.figure
        behind = Behind(
            figure["cot"], figure.get("tuan", ""), figure.get("dem", "ho-so"), figure.get("quan"),
            figure.get("thanh-phan"),
        )  # fmt: skip
        codes, day = cases_behind(session, project, behind, as_of=as_of)
    if said["tien"]:
        made = calculate(session, ctx, project, resolve_day(session, day))
        tracks = money_tracks(session, ctx, project, made)
        paid = frozenset(code for code, money in tracks.items() if money.state == said["tien"])
        codes = paid if codes is None else codes & paid
    if said["diem"]:
        heard = answered(session, ctx, project, int(said["diem"]))
        codes = heard if codes is None else codes & heard
    chosen = CaseFilter(
        step=said["buoc"] or None,
        ward=said["phuong"] or None,
        front=said["mui"] or None,
        obstacle=said["vuong"] or None,
        driving=bool(said["gang"]),
        open_only=bool(said["mo"]),
        between=stretch(said["doan"]),
        handed=date.fromisoformat(f"{said['giao']}-01") if said["giao"] else None,
        age=_age(said["tuoi"]),
        codes=codes,
    )
    return chosen, day


def figure_words(asked: Wanted, lang: Lang) -> str:
    """The figure that a list stands behind, in words; '' for a list of filters."""
    column = BY_KEY.get(asked.figure.get("cot", ""))
    if column is None:
        return ""
    group = pick(lang, *GROUPS[column.group])
    words = (
        f"{group.lower()}, {pick(lang, column.vi, column.en)}" if group else pick(lang, column.vi, column.en)
    )
    week, place = asked.figure.get("tuan", ""), asked.figure.get("quan", "")
    return " · ".join(
        part
        for part in (
            pick(
                lang,
                f"biểu tổng hợp, cột {column.key}: {words}",
                f"weekly table, column {column.key}: {words}",
            ),
            pick(lang, f"tuần {week}", f"week {week}") if week else "",
            place if place != "-" else pick(lang, "chưa rõ quận, huyện cũ", "old district not known"),
        )
        if part
    )


def opened_by(filters: Mapping[str, str]) -> list[tuple[str, tuple[str, str]]]:
    """The filters that no field of the form has, because a figure of the overview set them, in words."""
    found = []
    if month := filters["giao"]:
        said = f"{month[5:]}/{month[:4]}"
        found.append(("giao", (f"bàn giao trong {said}", f"handed over in {said}")))
    if (days := _age(filters["tuoi"])) is not None:
        low, high = days
        vi, en = (
            (f"{low}–{high} ngày", f"{low}–{high} days")
            if high
            else (f"từ {low} ngày", f"{low} days or more")
        )
        found.append(("tuoi", (f"đứng ở bước {vi}", f"at the step {en}")))
    if state := filters["tien"]:
        vi, en = MONEY[state]
        found.append(("tien", (f"tiền: {vi}", f"money: {en}")))
    if score := filters["diem"]:
        found.append(("diem", (f"người dân chấm {score} điểm", f"households gave {score}")))
    return found


def _age(text: str) -> tuple[int, int | None] | None:
    """The days of a `tuoi` parameter."""
    if not text:
        return None
    low, _, high = text.partition("-")
    return int(low), int(high) if high else None


def stretch(text: str) -> tuple[float, float] | None:
    """The chainage interval of a `doan` parameter, in m."""
    if not text:
        return None
    start, _, end = text.partition("-")
    return float(start), float(end)
