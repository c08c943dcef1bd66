"""`/giao-viec`: who has to do what by when, what is owed by which body, and the form that gives an assignment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, RowId, SessionDep
from api.language import Lang
from api.pages.assignment_words import FIELD_WORDS
from api.pages.case_people import FormDep
from api.pages.event_words import Words, field_changes, kind_words
from api.pages.forms import Faults, day_of, plain
from api.pages.refusals import REFUSED, refusal
from api.pages.rendering import render
from api.usecases.assigning import GIVES, SOURCES, give
from api.usecases.assignment_acts import ACT_WORDS, NEEDS, act
from api.usecases.assignment_sources import filled
from api.usecases.assignments import (
    Filter,
    access_assignment,
    assigned,
    chain_of,
    code_of,
    debts,
    period_asked,
    project_codes,
    seen,
)
from api.usecases.calculation import resolve_day
from api.usecases.conclusions import conclusions
from api.usecases.facts import all_ward_labels, project_labels
from geo.history import events_of
from geo.tables import Conclusion
from projects.duties import BODY_KINDS, COUNTS, STATES
from projects.errors import Fault, InvalidInput, KeyReused
from projects.periods import KINDS, Kind
from projects.tiers import TIERS

router = APIRouter(prefix="/giao-viec")
Code = Annotated[str, Query(max_length=200)]
LIMIT = 100
CONFLICTS = {name: words for name, words in FIELD_WORDS.items() if name != "dues"}
DAYS = ("due_on", "done_on", "held_on", "day")
GIVEN = (
    "body_kind", "ward_code", "body", "person", "account", "what", "due_on", "lead", "joint", "product", "authority",
    "project", "case", "parent_id", "conclusion_id", "source_kind", "source_code",
)  # fmt: skip


def chosen_filter(
    co_quan: Annotated[str, Query(max_length=500, description="Cơ quan nhận việc.")] = "",
    tinh_trang: Annotated[str, Query(max_length=20, description="Tình trạng; open là còn mở.")] = "",
    du_an: Annotated[str, Query(max_length=40, description="Mã dự án.")] = "",
    phuong: Annotated[str, Query(max_length=10, description="Mã phường, xã.")] = "",
    ket_luan: Annotated[int, Query(ge=0, le=2**62, description="Số dòng của kết luận.")] = 0,
    nguon: Annotated[str, Query(max_length=20, description="Loại dòng nguồn.")] = "",
    ma: Annotated[str, Query(max_length=80, description="Mã dòng nguồn.")] = "",
    no: Annotated[bool, Query(description="Chỉ việc đang nợ.")] = False,
    cua_toi: Annotated[bool, Query(description="Chỉ việc tôi giao hoặc phải làm.")] = False,
    giai_trinh: Annotated[bool, Query(description="Chỉ việc đang chờ giải trình.")] = False,
    dem: Annotated[str, Query(max_length=5, description="Ô của bảng nợ: giao, kip, moi, tra, no.")] = "",
    ky: Annotated[str, Query(max_length=10, description="Kỳ: week, month, quarter.")] = "week",
    den: Annotated[date | None, Query(description="Một ngày trong kỳ của ô.")] = None,
) -> dict[str, Any]:
    """The filter of the list as its address says it."""
    return {
        "filter": Filter(
            body=co_quan or None,
            state=tinh_trang if tinh_trang in STATES or tinh_trang == "open" else None,
            project=du_an or None,
            ward=phuong or None,
            conclusion=ket_luan or None,
            source=(nguon, ma) if nguon and ma else None,
            owed=no,
            mine=cua_toi,
            asked=giai_trinh,
            count=dem if dem in COUNTS else None,
        ),
        "kind": ky if ky in KINDS else "week",
        "until": den,
    }


ChosenDep = Annotated[dict[str, Any], Depends(chosen_filter)]


def filter_on(chosen: Mapping[str, Any], day: date) -> Filter:
    """The filter with its period, as far as that is known on the day."""
    base: Filter = chosen["filter"]
    if base.count is None:
        return base
    period = period_asked(chosen["kind"], chosen["until"], day)
    names = Filter.__dataclass_fields__
    return Filter(**{name: getattr(base, name) for name in names} | {"period": period})


@router.get("")
def assignments_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    chosen: ChosenDep,
    tu: Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")] = 0,
    ngay: DataDate = None,
) -> Response:
    """The list, debts first, and the debts of each body by week, month or quarter; each number opens its rows."""
    day = resolve_day(session, ngay)
    wanted = filter_on(chosen, day)
    found, duties = assigned(session, ctx, wanted, as_of=day)
    kind: Kind = chosen["kind"]
    periods, bodies = debts(duties, kind, day)
    return render(
        request,
        "assignments.html.j2",
        nav="giao-viec",
        data_date=day,
        found=found,
        rows=found.rows[tu : tu + LIMIT],
        total=len(found.rows),
        limit=LIMIT,
        offset=tu,
        chosen=wanted,
        kind=kind,
        periods=periods,
        bodies=bodies,
        period_kinds=KINDS,
        gives=ctx.rights.may(ctx.principal, "assignment.give"),
        filtered=wanted != Filter(),
        **_words(session),
    )


@router.get("/moi")
def new_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    nguon: Annotated[str, Query(max_length=20, description="Loại dòng: case, obstacle, report, …")] = "",
    ma: Annotated[str, Query(max_length=80, description="Mã của dòng.")] = "",
    phuong: Annotated[str, Query(max_length=10, description="Phường, xã của dòng báo cáo.")] = "",
    ngay: DataDate = None,
) -> Response:
    """The form, filled from the line that was clicked."""
    return _form(request, session, ctx, filled(session, ctx, nguon, ma, ward=phuong, day=ngay))


@router.post("")
def give_assignment(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, form: FormDep
) -> Response:
    """Gives the assignment and leads to it; a refusal shows the form again with what was entered and why."""
    try:
        values = form_values(form, GIVEN)
        values["joint"] = [plain(line) for line in form.get("joint", "").splitlines() if plain(line)]
        for name in ("parent_id", "conclusion_id"):
            values[name] = _number(form.get(name, ""))
        with session.begin_nested():
            made = give(session, ctx, values, key=plain(form.get("key", ""))[:100] or None)
        return RedirectResponse(f"/giao-viec/{made['id']}?xong=give", 303)
    except (InvalidInput, KeyReused) as error:
        why = refusal(error, lang, GIVEN)
    return _form(request, session, ctx, dict(form), why.faults, status=why.status)


@router.get("/{assignment_id}")
def assignment_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    assignment_id: RowId,
    xong: Annotated[str, Query(max_length=20, description="Vừa làm gì.")] = "",
    ngay: DataDate = None,
) -> Response:
    """One assignment: the six, its chain, what was said, its history, and what the reader may do."""
    return _one(
        request,
        session,
        ctx,
        lang,
        assignment_id,
        day=ngay,
        done=xong if xong in ACT_WORDS or xong == "give" else "",
    )


@router.post("/{assignment_id}")
def act_on_assignment(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, assignment_id: RowId, form: FormDep
) -> Response:
    """Does one act (`act`) and returns to the page; a conflict shows both states."""
    names = ("said", "due_on", "done_on", "evidence", "asked", "answer")
    verb = plain(form.get("act", ""))[:20]
    try:
        values = {name: value for name, value in form_values(form, names).items() if value}
        if (number := _number(form.get("document_id", ""))) is not None:
            values["document_id"] = number
        with session.begin_nested():
            act(
                session, ctx, assignment_id, verb, values, seen=_number(form.get("version", "")) or -1,
                key=plain(form.get("key", ""))[:100] or None,
            )  # fmt: skip
        return RedirectResponse(f"/giao-viec/{assignment_id}?xong={verb}", 303)
    except REFUSED as error:
        why = refusal(error, lang, names, words=CONFLICTS)
    return _one(
        request, session, ctx, lang, assignment_id, faults=why.faults, entered=dict(form), verb=verb, both=why.both,
        status=why.status,
    )  # fmt: skip


def _one(
    request: Request, session: Session, ctx: Context, lang: Lang, number: int, *, day: date | None = None,
    faults: Faults | None = None, entered: Mapping[str, str] | None = None, verb: str = "",
    both: list[dict[str, Any]] | None = None, done: str = "", status: int = 200,
) -> Response:  # fmt: skip
    on = resolve_day(session, day)
    row = access_assignment(session, number)
    projects, labels, wards = project_codes(session), project_labels(session), all_ward_labels(session)
    view = seen(ctx, row, projects, on)
    above, below = chain_of(session, row)
    words = Words(lang, ctx.rights, wards, labels)
    return render(
        request,
        "assignment.html.j2",
        status,
        page_path=f"/giao-viec/{number}",
        nav="giao-viec",
        data_date=on,
        view=view,
        row=row,
        above=[seen(ctx, each, projects, on) for each in above],
        hidden_above=row.parent_id is not None and not above,
        below=[seen(ctx, each, projects, on) for each in below],
        passes_on=bool(view.acts) and row.state in ("given", "accepted", "returned"),
        gives=ctx.rights.may(ctx.principal, "assignment.give"),
        conclusion=session.get(Conclusion, row.conclusion_id) if row.conclusion_id else None,
        events=[
            (event, kind_words(event.kind), field_changes(event.before, event.after, words))
            for event in events_of(session, "assignment", view.code)
        ],
        part={"both": both or []},
        faults=faults or {},
        entered=entered or {},
        verb=verb,
        done=done,
        acts=ACT_WORDS,
        needs=NEEDS,
        key=secrets.token_urlsafe(18),
        today=ctx.today(),
        **_words(session),
    )


def _form(
    request: Request, session: Session, ctx: Context, form: Mapping[str, Any], faults: Faults | None = None,
    *, status: int = 200,
) -> Response:  # fmt: skip
    entry = {name: form.get(name) for name in GIVEN}
    joint = entry["joint"]
    entry["joint"] = "\n".join(joint) if isinstance(joint, list) else joint
    shown = {
        n: v.isoformat() if isinstance(v, date) else "" if v is None else str(v) for n, v in entry.items()
    }
    kinds = GIVES.get(ctx.principal.role.code, frozenset())
    return render(
        request,
        "assignment_new.html.j2",
        status,
        page_path="/giao-viec/moi",
        nav="giao-viec",
        data_date=resolve_day(session, None),
        form=shown,
        faults=faults or {},
        kinds={code: pair for code, pair in BODY_KINDS.items() if code in kinds},
        conclusions=conclusions(session, ()),
        key=form.get("key") or secrets.token_urlsafe(18),
        **_words(session),
    )


def _words(session: Session) -> dict[str, Any]:
    return {
        "wards": all_ward_labels(session),
        "projects": project_labels(session),
        "states": STATES,
        "tiers": TIERS,
        "body_kinds": BODY_KINDS,
        "sources": SOURCES,
        "words_of": FIELD_WORDS,
        "code_of": code_of,
    }


def form_values(form: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the form, days as days. Raises InvalidInput for what is no day."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in names:
        entered = plain(form.get(name, ""))
        values[name] = day_of(entered, name, faults) if name in DAYS else entered or None
    if faults:
        raise InvalidInput(faults)
    return values


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
