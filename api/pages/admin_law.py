"""`/quan-tri/phap-luat`: the rules with their articles, dates and levels, and what the city set about them, dated."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, SessionDep
from api.pages.forms import NOTHING, Faults, Many, Text, by_field, plain
from api.pages.labels import Pair
from api.pages.refusals import faults_of, status_of
from api.pages.rendering import carried, render
from api.usecases.facts import project_labels
from api.usecases.law_now import law_of, settings_of
from api.usecases.law_settings import set_law
from projects.errors import Fault, InvalidInput, KeyReused
from projects.law.rules import LEVELS, NATURES, UNITS, Rule
from projects.law.settings import LAPSE, SHARE, Setting, standing

PAGE = "/quan-tri/phap-luat"
router = APIRouter(prefix=PAGE)
# Places of faults → ends of the ids of fields: "holiday-ten".
FIELDS = {
    "key": "ten", "from_on": "tu", "document": "vb", "share": "so", "days": "so", "amount": "so", "rate": "so",
    "basis": "dieu", "acts": "viec", "who_vi": "ai", "until": "den", "code": "che", "off": "che",
}  # fmt: skip
KINDS: dict[str, Pair] = {
    "threshold": ("Ngưỡng", "Threshold"),
    "target": ("Mốc nội bộ", "Internal target"),
    "rule": ("Đổi quy tắc", "Changed rule"),
    "delegation": ("Phân cấp, ủy quyền", "Delegation"),
    "regime": ("Chế độ của dự án (TR-04)", "Regime of a project (TR-04)"),
    "holiday": ("Ngày nghỉ, làm bù", "Day off or worked"),
}
ACTS: dict[str, Pair] = {
    "collective": (
        "thông báo, phê duyệt phương án, quyết định thu hồi",
        "notice, plan approval, recovery decision",
    ),
    "chair": ("kiểm đếm bắt buộc, cưỡng chế, lập ban", "compulsory inventory, enforcement, boards"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a form of the page holds, as it was entered."""

    loai: str = ""
    ten: str = ""
    tu_ngay: str = ""
    so: str = ""
    van_ban: str = ""
    dieu: str = ""
    ai: str = ""
    viec: tuple[str, ...] = ()
    den_ngay: str = ""
    che_do: str = ""
    bo: str = ""
    key: str = ""


def read_entry(
    loai: Text = "", ten: Text = "", tu_ngay: Text = "", so: Text = "", van_ban: Text = "", dieu: Text = "",
    ai: Text = "", viec: Many = list(NOTHING), den_ngay: Text = "", che_do: Text = "", bo: Text = "", key: Text = "",  # noqa: B006
) -> Entry:  # fmt: skip
    """The fields of a posted form."""
    return Entry(
        loai=plain(loai), ten=plain(ten), tu_ngay=plain(tu_ngay), so=plain(so), van_ban=plain(van_ban),
        dieu=plain(dieu), ai=plain(ai), viec=tuple(viec), den_ngay=plain(den_ngay), che_do=plain(che_do),
        bo=plain(bo), key=plain(key)[:100],
    )  # fmt: skip


EntryDep = Annotated[Entry, Depends(read_entry)]


@router.get("")
def law_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, da_ghi: str = ""
) -> Response:
    """The rules and everything that was set."""
    return _page(request, session, ctx, done=da_ghi == "1")


@router.post("")
def change_law(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, entry: EntryDep
) -> Response:
    """Makes one setting, or takes one back, and returns to the page; a refusal shows why beside the form."""
    try:
        day, value = _wanted(entry)
        name = entry.ten if entry.loai != "threshold" else entry.ten.removeprefix("threshold.")
        with session.begin_nested():
            set_law(
                session, ctx, key=f"{entry.loai}.{name}", from_on=day, value=None if entry.bo else value,
                document=entry.van_ban, idempotency_key=entry.key or None,
            )  # fmt: skip
    except (InvalidInput, KeyReused) as error:
        fields = {place: f"{entry.loai}-{end}" for place, end in FIELDS.items()}
        faults = by_field(faults_of(error), lang, fields)
        return _page(request, session, ctx, entry=entry, faults=faults, status=status_of(error))
    return RedirectResponse(f"{PAGE}?da_ghi=1#da-dat", 303)


def _wanted(entry: Entry) -> tuple[date, Mapping[str, Any]]:
    """Day and value that a form asks for. Raises InvalidInput for what cannot be read."""
    try:
        day = date.fromisoformat(entry.tu_ngay)
    except ValueError:
        raise InvalidInput(
            [Fault("from_on", "Thiếu ngày áp dụng.", "The day it counts from is missing.")]
        ) from None
    number = entry.so.replace(",", ".")
    whole = int(number) if number.isdecimal() and len(number) < 6 else number
    if entry.loai == "threshold":
        return day, {"share": number} if entry.ten == SHARE else {"days": whole}
    if entry.loai == "target":
        return day, {"days": whole}
    if entry.loai == "holiday":
        return day, {"off": {"nghi": True, "lam": False}.get(entry.che_do)}
    if entry.loai == "regime":
        return day, {"code": entry.che_do}
    if entry.loai == "delegation":
        until = {"until": entry.den_ngay} if entry.den_ngay else {}
        return day, {"acts": sorted(set(entry.viec)), "who_vi": entry.ai} | until
    amount = {"rate": number} if "." in number else {"amount": whole}
    return day, amount | ({"basis": entry.dieu} if entry.dieu else {})


def _page(
    request: Request, session: Session, ctx: Context, *, entry: Entry | None = None, faults: Faults | None = None,
    done: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    today = ctx.today()
    law = law_of(session, ctx, today=today)
    rows = standing(settings_of(session))
    return render(
        request,
        "admin_law.html.j2",
        status,
        page_path=PAGE,
        nav="quan-tri",
        tab="phap-luat",
        shows="known",
        law=law,
        today=today,
        groups=_groups(law.book.counted()),
        competences=[row for row in law.competences.rows if row.locale in law.competences.locales],
        standing=rows,
        days=_days(rows),
        counts_now=_counts_now(rows, today),
        kinds=KINDS,
        acts=ACTS,
        natures=NATURES,
        units=UNITS,
        levels=LEVELS,
        share_key=SHARE,
        lapse_key=LAPSE,
        projects=project_labels(session),
        changeable=sorted({r.id for r in law.book.counted() if r.amount is not None or r.rate is not None}),
        targets=sorted(
            {r.id for r in law.book.counted() if r.nature in ("min", "dur", "max", "cond") and r.then}
        ),
        entry=asdict(entry or Entry()),
        faults=faults or {},
        done=done,
        key=secrets.token_urlsafe(18),
        may_change=ctx.rights.may(ctx.principal, "law.change") and not carried(request.query_params),
    )


def _groups(rules: tuple[Rule, ...]) -> list[tuple[str, list[Rule]]]:
    """The rules by the letters of their id."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.id.partition("-")[0], []).append(rule)
    return sorted(found.items())


def _days(rows: tuple[Setting, ...]) -> dict[str, date]:
    """The days that settings hold as text: of a holiday its name, of a delegation its end."""
    named = [row.name for row in rows if row.kind == "holiday"]
    ends = [str(row.value["until"]) for row in rows if row.value and row.value.get("until")]
    return {text: date.fromisoformat(text) for text in named + ends}


def _counts_now(rows: tuple[Setting, ...], today: date) -> set[tuple[str, date]]:
    """Of each key the setting that counts today."""
    return set({row.key: (row.key, row.from_on) for row in rows if row.from_on <= today}.values())
