"""Papers of a case: made from its data by the rights of who makes them, numbered, kept as files, opened again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.context import Context
from api.paperfile import filled, paper_kinds
from api.usecases.calculation import resolve_day
from api.usecases.case_facts import facts_of
from api.usecases.entries import already_written, key_once
from api.usecases.facts import all_ward_labels
from api.usecases.holders import holder_view
from api.usecases.may import is_command, require, sight
from api.usecases.paper_templates import kind_on
from geo.access import access_case, project_code_of
from geo.history import own_key, record, touch
from geo.tables import CasePaper, ClearanceCase, Parcel, Project, Ward
from geo.uploads import store
from maps.papers.docx import make_docx
from maps.papers.form import Paper
from maps.papers.pdf import make_pdf
from projects.codes import LAND_CODES
from projects.errors import Fault, InvalidInput, NotFound
from projects.law.facts import Fact
from projects.papers import PaperKind

FOLDER = "papers"
MOST_BYTES = 5 * 1024 * 1024
DOTS = "……………………"
FORMATS = ("pdf", "docx")
# Never on what is also posted in public, as a notice and a posting record are.
TO_THE_HOUSEHOLD = ("giay-moi-nhan-tien", "bien-ban-kiem-dem")
FIELDS = ("full_name", "id_number", "address", "amount_vnd")
DEMO = "DỮ LIỆU MINH HOẠ, không phải văn bản thật · INVENTED DATA"
# Words of the template → kind of fact whose paper they name.
PAPERS = {"notice": "notice.issued", "plan": "approval.decided", "decision": "recovery.decided"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper as a list shows it; `mine` whether the reader may open its files."""

    row: CasePaper
    kind: PaperKind | None
    mine: bool

    @property
    def number(self) -> str:
        """Number and symbol, `12/TB-UBND`."""
        return f"{self.row.number}/{self.row.symbol}"


def make_paper(
    session: Session,
    ctx: Context,
    code: str,
    kind_code: str,
    *,
    dated_on: date | None,
    key: str | None,
    home: Path,
    lookup: Callable[[ClearanceCase], str] | None = None,
) -> CasePaper:
    """Makes a paper of a case, keeps both files below `home`, and writes one event.

    `lookup` gives the secret by which the household looks its case up, printed on what goes to it alone.
    The same `key` with the same wish gives the paper of the first time. Raises NotFound, Forbidden, KeyReused, and
    InvalidInput for an unknown kind or a day that is not past or lies far back.
    """
    case = access_case(session, code, for_update=True)
    project_code = project_code_of(session, case)
    require(ctx, "paper.make", ward=case.ward_code, project=project_code)
    actor = ctx.principal.account
    day = dated_on or ctx.today()
    request = hashlib.sha256(json.dumps(["paper", code, kind_code, str(dated_on)]).encode()).hexdigest()
    if (done := already_written(session, actor, key, request)) is not None:
        return session.get_one(CasePaper, int((done.after or {})["id"]))
    kind = kind_on(session, kind_code, day)
    if kind is None:
        raise InvalidInput([Fault("kind", "Không có mẫu văn bản này.", "There is no such paper.")])
    if not date(2015, 1, 1) <= day <= ctx.today():
        vi, en = (
            "Ngày văn bản phải từ 2015 đến hôm nay.",
            "The day of the paper must lie between 2015 and today.",
        )
        raise InvalidInput([Fault("dated_on", vi, en)])
    project = session.get_one(Project, case.project_id)
    touch(session, project.id)
    with key_once(session, key):
        number = int(session.scalar(select(func.next_paper_number(case.ward_code, day.year, kind.code))) or 0)
        paper, shown, masked = compose(session, ctx, case, project, kind, number=number, day=day)
        if lookup is not None and kind.code in TO_THE_HOUSEHOLD:
            said = f"Tra cứu tại trang /cong-khai: mã hồ sơ {case.code}, mã tra cứu {lookup(case)}."
            paper = replace(paper, marks=(*paper.marks, said))
        stored = [
            store([made], home / FOLDER, most_bytes=MOST_BYTES, room_bytes=MOST_BYTES)
            for made in (make_docx(paper), make_pdf(paper))
        ]
        row = CasePaper(
            case_id=case.id, project_id=project.id, ward_code=case.ward_code, kind=kind.code, year=day.year,
            number=number, symbol=kind.symbol, dated_on=day, data_date=resolve_day(session, None), shown=shown,
            masked=masked, docx_sha256=stored[0].sha256, pdf_sha256=stored[1].sha256, actor=actor,
            is_demo=case.is_demo,
        )  # fmt: skip
        session.add(row)
        session.flush()
        record(
            session, kind="paper.make", object_type="paper", object_code=code, project_code=project.code, actor=actor,
            effective_on=day,
            after={
                "id": row.id, "kind": kind.code, "number": f"{number}/{kind.symbol}", "year": day.year,
                "docx_sha256": row.docx_sha256, "pdf_sha256": row.pdf_sha256, "masked": masked,
            },
            document=f"{number}/{kind.symbol}", document_hash=row.pdf_sha256,
            idempotency_key=own_key(actor, key), request_hash=request if key else None,
        )  # fmt: skip
    return row


def papers_of(session: Session, ctx: Context, case: ClearanceCase) -> tuple[Kept, ...]:
    """The papers of a case, newest first; a look back shows those that were made by then."""
    rows = session.scalars(
        select(CasePaper).where(CasePaper.case_id == case.id).order_by(CasePaper.id.desc())
    )
    return tuple(
        Kept(row, paper_kinds().get(row.kind), _may_open(ctx, row))
        for row in rows
        if ctx.known_at is None or row.made_at <= ctx.known_at
    )


def open_paper(
    session: Session, ctx: Context, code: str, paper_id: int, form: str, home: Path
) -> tuple[Path, str]:
    """The file of a paper and the name to save it by. Raises NotFound, also for whom its names are not meant."""
    case = access_case(session, code)
    row = session.get(CasePaper, paper_id)
    if row is None or row.case_id != case.id or form not in FORMATS or not _may_open(ctx, row):
        raise NotFound("paper", str(paper_id))
    path = home / FOLDER / (row.pdf_sha256 if form == "pdf" else row.docx_sha256)
    if not path.is_file():
        raise NotFound("paper", str(paper_id))
    demo = "-minh-hoa" if row.is_demo else ""
    return path, f"{row.kind}-{row.ward_code}-{row.year}-{row.number:03d}{demo}.{form}"


def _may_open(ctx: Context, row: CasePaper) -> bool:
    """What stands in a paper in clear must be what the reader sees in clear; one's own papers stay one's own."""
    return (
        is_command(ctx)
        or row.actor == ctx.principal.account
        or all(sight(ctx, f) == "hiện" for f in row.shown)
    )


def compose(
    session: Session,
    ctx: Context,
    case: ClearanceCase,
    project: Project,
    kind: PaperKind,
    *,
    number: int,
    day: date,
) -> tuple[Paper, list[str], list[str]]:
    """The paper as a value, and the protected fields that stand in it in clear and as dots."""
    sentences = " ".join((kind.opening, *kind.paragraphs, *kind.recipients))
    used = {"full_name": "holder", "id_number": "id_number", "address": "address", "amount_vnd": "amount"}
    wanted = [name for name in FIELDS if f"{{{{ {used[name]} }}}}" in sentences]
    values, shown, masked = _holder(session, ctx, case, wanted)
    parcels = session.scalars(
        select(Parcel)
        .where(Parcel.case_id == case.id)
        .order_by(Parcel.map_series, Parcel.sheet, Parcel.number)
    ).all()
    ward = session.get_one(Ward, case.ward_code)
    labels = all_ward_labels(session)
    facts = facts_of(session, ctx, [case.code]).get(case.code, ())
    values |= {
        "ward": f"{ward.unit_type} {ward.name}",
        "project": project.name_vi
        if project.name_vi.lower().startswith("dự án")
        else f"dự án {project.name_vi}",
        "case": case.code,
        "parcels": fmt.number(len(parcels), "vi"),
        "area": fmt.parcel_area(sum(parcel.area_m2 for parcel in parcels), "vi"),
        "day": f"{day:%d/%m/%Y}",
        **{word: _named(facts, fact) for word, fact in PAPERS.items()},
    }
    marks = [DEMO] if case.is_demo else []
    if masked:
        named = ", ".join(ctx.rights.fields[name].vi.lower() for name in masked)
        marks.append(f"Để trống theo quyền của người lập: {named}.")
    table: list[tuple[str, ...]] = []
    if kind.parcels:
        table = [("Tờ bản đồ", "Thửa đất", "Loại đất", "Diện tích đo", "Phường, xã")]
        table += [
            (
                parcel.sheet, parcel.number, _land(parcel.land_use), fmt.parcel_area(parcel.area_m2, "vi"),
                labels.get(parcel.ward_code, parcel.ward_code),
            )
            for parcel in parcels
        ]  # fmt: skip
    written = f"{number}/{kind.symbol}"
    return (
        Paper(
            agency=("ỦY BAN NHÂN DÂN", f"{ward.unit_type} {ward.name}".upper()),
            number=written,
            place=ward.name,
            day=day,
            title=kind.title,
            subject=kind.subject_vi,
            basis=kind.basis,
            opening=filled(kind.opening, values),
            paragraphs=tuple(filled(sentence, values) for sentence in kind.paragraphs),
            table=tuple(table),
            recipients=tuple(filled(sentence, values) for sentence in kind.recipients),
            signers=kind.signers,
            marks=tuple(marks),
            footer=f"{written} · hồ sơ {case.code}, phiên bản {case.version} · số liệu đến"
            f" {resolve_day(session, None):%d/%m/%Y}",
        ),
        shown,
        masked,
    )


def _holder(
    session: Session, ctx: Context, case: ClearanceCase, wanted: list[str]
) -> tuple[dict[str, str], list[str], list[str]]:
    """The protected values as they stand on paper, and which of them are in clear and which are dots."""
    seen = {field.name: field for field in holder_view(session, ctx, case).fields}
    shown: list[str] = []
    masked: list[str] = []
    said: dict[str, str] = {}
    for name in FIELDS:
        field = seen.get(name)
        hidden = field is None or field.masked
        said[name] = DOTS if hidden or field is None or not field.shown else field.shown
        if name in wanted and hidden:
            masked.append(name)
        elif name in wanted and said[name] != DOTS:
            shown.append(name)
    amount = said["amount_vnd"]
    if amount.isdecimal():
        amount = f"{fmt.number(int(amount), 'vi')} đồng"
    values = {
        "holder": said["full_name"], "id_number": said["id_number"], "address": said["address"], "amount": amount,
    }  # fmt: skip
    return values, shown, masked


def _named(facts: tuple[Fact, ...], kind: str) -> str:
    """The paper of the newest fact of a kind, "số 12/QĐ-UBND ngày 05/03/2026"; dots where none is known."""
    found = [fact for fact in facts if fact.kind == kind]
    if not found:
        return f"số {DOTS} ngày {DOTS}"
    return f"số {found[-1].document or DOTS} ngày {found[-1].on:%d/%m/%Y}"


def _land(code: str) -> str:
    entry: Mapping[int, str] | tuple[str, ...] | None = LAND_CODES.get(code)
    return code if entry is None else f"{code} – {entry[0].lower()}"
