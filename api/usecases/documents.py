"""Papers and pictures of a case: added once per content, read by right, withdrawn with a reason, openings recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.entries import key_once
from api.usecases.may import may_on, require
from geo.access import access_case, project_code_of
from geo.documents.checking import Checked
from geo.documents.keeping import keep, place_of
from geo.history import own_key, record
from geo.tables import CaseDocument, ClearanceCase
from projects.documents import KINDS
from projects.errors import Fault, InvalidInput, NoRoom, NotFound

LONGEST = 200
REASON = 500
PLACES = ("exif", "browser")
# To the nearest parcel of the case, in metres of EPSG:5897; 0 inside.
_DISTANCE = text(
    """
    select min(st_distance(st_transform(p.geom, 5897),
                           st_transform(st_setsrid(st_makepoint(:lon, :lat), 4326), 5897)))
    from parcel p where p.case_id = :case
    """
)
LOOKING_BACK = Fault(
    "",
    "Đang xem lại theo những gì đã biết đến một lúc: tệp chỉ mở được từ trang hiện tại, vì mỗi lần mở được ghi sổ.",
    "This looks back at what was known: files open from the present page only, because each opening is recorded.",
)


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a paper when it is sent. `lon`, `lat`: where the browser says it is, in degrees."""

    kind: str
    number: str = ""
    signed_on: date | None = None
    signer: str = ""
    title: str = ""
    lon: float | None = None
    lat: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"signed_on": self.signed_on and self.signed_on.isoformat()}


def about(said: Mapping[str, Any], *, today: date) -> About:
    """What is said of a paper, checked. Raises InvalidInput with every fault."""
    faults: list[Fault] = []
    kind = str(said.get("kind") or "")
    if kind not in KINDS:
        faults.append(Fault("kind", "Chọn loại giấy tờ trong danh sách.", "Choose a kind from the list."))
    texts = {name: text_of(said.get(name), name, faults) for name in ("number", "signer", "title")}
    signed = _day(said.get("signed_on"), faults)
    if signed is not None and not date(1950, 1, 1) <= signed <= today:
        faults.append(
            Fault(
                "signed_on",
                "Ngày ký phải từ năm 1950 đến hôm nay.",
                "The day of signing lies between 1950 and today.",
            )
        )
    lon, lat = _degrees(said, "lon", 180.0, faults), _degrees(said, "lat", 90.0, faults)
    if faults:
        raise InvalidInput(faults)
    place = (lon, lat) if lon is not None and lat is not None else (None, None)
    return About(kind, texts["number"], signed, texts["signer"], texts["title"], *place)


def text_of(value: Any, where: str, faults: list[Fault], *, most: int = LONGEST) -> str:
    """A line of text as it may be stored; adds a fault when it is too long or holds control characters."""
    said = str(value or "").encode("utf-8", "ignore").decode().strip()
    if len(said) > most or any(ord(c) < 32 or ord(c) == 127 for c in said):
        faults.append(
            Fault(
                where,
                f"Dài quá {most} ký tự hoặc có ký tự điều khiển.",
                f"Longer than {most} characters, or control characters.",
            )
        )
        return ""
    return said


def delivered_name(name: str) -> str:
    """A file name as it was delivered, its last 200 characters; text, never a path. Only control characters go."""
    plain = name.encode("utf-8", "ignore").decode()
    return "".join(c for c in plain if ord(c) >= 32 and ord(c) != 127).strip()[-LONGEST:] or "tep"


def room(session: Session, project_id: int, quota_bytes: int) -> int:
    """How many bytes of a project's quota for papers and pictures are free."""
    used = select(func.coalesce(func.sum(CaseDocument.bytes), 0)).where(CaseDocument.project_id == project_id)
    return max(0, quota_bytes - int(session.scalar(used) or 0))


def no_room(quota_bytes: int) -> NoRoom:
    """The refusal when the quota of a project is used up."""
    return NoRoom(
        [
            Fault(
                "tệp",
                f"Dự án đã dùng hết {quota_bytes // 2**20} MB chỗ cho giấy tờ và ảnh: báo quản trị.",
                f"The project's {quota_bytes // 2**20} MB for papers and pictures are used up: tell the administrator.",
            )
        ]
    )


def case_for_adding(session: Session, ctx: Context, code: str, *, for_update: bool = False) -> ClearanceCase:
    """The case that somebody may add papers to. Raises NotFound, Forbidden."""
    case = access_case(session, code, for_update=for_update)
    require(ctx, "document.add", ward=case.ward_code, project=project_code_of(session, case))
    return case


def standing(session: Session, case: ClearanceCase, sha256: str) -> CaseDocument | None:
    """The paper of this case with this content that is not withdrawn."""
    return session.scalar(
        select(CaseDocument).where(
            CaseDocument.case_id == case.id,
            CaseDocument.sha256 == sha256,
            CaseDocument.withdrawn_at.is_(None),
        )
    )


def add_document(
    session: Session,
    ctx: Context,
    code: str,
    said: About,
    found: Checked,
    *,
    filename: str,
    scan: str,
    folder: Path,
    quota_bytes: int,
    key: str | None,
) -> tuple[int, bool]:
    """Keeps a checked file as a paper of the case, with one event; gives its number and whether it is a new one.

    The same content in the same case is one paper, however often it comes. Raises NotFound, Forbidden, NoRoom,
    KeyReused.
    """
    case = case_for_adding(session, ctx, code, for_update=True)
    if (there := standing(session, case, found.sha256)) is not None:
        return there.id, False
    if found.bytes > room(session, case.project_id, quota_bytes):
        raise no_room(quota_bytes)
    exif = found.lon is not None
    lon, lat = (found.lon, found.lat) if exif else (said.lon, said.lat)
    keep(folder, found)  # before the row: a row never points to what is not there
    me = ctx.principal.account
    row = CaseDocument(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, kind=said.kind, number=said.number,
        signed_on=said.signed_on, signer=said.signer, title=said.title, filename=filename, sha256=found.sha256,
        bytes=found.bytes, media_type=found.media_type, width=found.width, height=found.height, pages=found.pages,
        has_copies=bool(found.copies), taken_at=found.taken_at, lon=lon, lat=lat,
        place_source=None if lon is None else PLACES[0 if exif else 1], scan=scan, actor=me,
        distance_m=None if lon is None else session.scalar(_DISTANCE, {"lon": lon, "lat": lat, "case": case.id}),
    )  # fmt: skip
    with key_once(session, key):
        session.add(row)
        session.flush()
        record(
            session, kind="document.add", object_type="document", object_code=code,
            project_code=project_code_of(session, case), actor=me, effective_on=ctx.today(), after=told(row),
            document=row.number or None, document_hash=row.sha256, idempotency_key=own_key(me, key),
        )  # fmt: skip
    return row.id, True


def documents_of(session: Session, ctx: Context, code: str) -> list[CaseDocument]:
    """The papers of a case that whoever asks may see, newest first, withdrawn ones last. Raises NotFound, Forbidden."""
    case = access_case(session, code)
    require(ctx, "document.read", ward=case.ward_code, project=project_code_of(session, case))
    return list(
        session.scalars(
            select(CaseDocument)
            .where(CaseDocument.case_id == case.id)
            .order_by(CaseDocument.withdrawn_at.is_not(None), CaseDocument.id.desc())
        )
    )


def access_document(
    session: Session, ctx: Context, code: str, number: int, action: str, *, for_update: bool = False
) -> CaseDocument:
    """One paper of a case. Raises NotFound also for one of another case; Forbidden."""
    case = access_case(session, code, for_update=for_update)
    require(ctx, action, ward=case.ward_code, project=project_code_of(session, case))
    row = session.scalar(
        select(CaseDocument).where(CaseDocument.id == number, CaseDocument.case_id == case.id)
    )
    if row is None:
        raise NotFound("document", str(number))
    return row


def open_copy(
    session: Session, ctx: Context, code: str, number: int, copy: str, folder: Path
) -> tuple[CaseDocument, Path]:
    """A paper and the file of one of its copies: original, view or thumb; all but thumbnails are recorded as opened.

    A withdrawn one opens for roles that oversee all cases only. Raises NotFound, Forbidden, InvalidInput.
    """
    row = access_document(session, ctx, code, number, "document.read")
    hidden = row.withdrawn_at is not None and ctx.principal.reach != "all"
    path = place_of(folder, row.sha256, copy)
    if hidden or (copy != "original" and not row.has_copies) or not path.is_file():
        raise NotFound("document", str(number))
    if copy != "thumb":
        if ctx.known is not None:
            raise InvalidInput([LOOKING_BACK])
        record(
            session, kind="document.open", object_type="document", object_code=code,
            project_code=project_code_of(session, access_case(session, code)), actor=ctx.principal.account,
            effective_on=ctx.today(), after={"document": row.id, "copy": copy, "document_kind": row.kind},
        )  # fmt: skip
    return row, path


def withdraw(session: Session, ctx: Context, code: str, number: int, reason: str, *, key: str | None) -> bool:
    """Takes a paper out of the case for a reason; it stays in the history, its file as evidence.

    False when it was withdrawn before. Raises NotFound, Forbidden, InvalidInput, KeyReused.
    """
    row = access_document(session, ctx, code, number, "document.withdraw", for_update=True)
    faults: list[Fault] = []
    why = text_of(" ".join(reason.split()), "reason", faults, most=REASON)
    if not why and not faults:
        faults.append(Fault("reason", "Rút giấy tờ phải nêu lý do.", "Withdrawing a paper needs a reason."))
    if faults:
        raise InvalidInput(faults)
    if row.withdrawn_at is not None:
        return False
    before, me = told(row), ctx.principal.account
    with key_once(session, key):
        row.withdrawn_at = session.scalar(select(func.clock_timestamp()))
        row.withdrawn_by, row.withdrawn_reason = me, why
        session.flush()
        record(
            session, kind="document.withdraw", object_type="document", object_code=code,
            project_code=project_code_of(session, access_case(session, code)), actor=me,
            effective_on=ctx.today(), before=before, document=row.number or None, document_hash=row.sha256,
            reason=why, idempotency_key=own_key(me, key),
        )  # fmt: skip
    return True


def told(row: CaseDocument) -> dict[str, Any]:
    """What an event keeps of a paper."""
    return {
        "document": row.id,
        "document_kind": row.kind,
        "number": row.number,
        "signed_on": row.signed_on and row.signed_on.isoformat(),
        "signer": row.signer,
        "title": row.title,
        "filename": row.filename,
        "sha256": row.sha256,
        "bytes": row.bytes,
        "media_type": row.media_type,
    }


def as_dict(row: CaseDocument, code: str) -> dict[str, Any]:
    """A paper for JSON: lengths in metres, place in degrees of WGS 84."""
    at = f"/api/cases/{code}/documents/{row.id}"
    stands = row.withdrawn_at is None
    return told(row) | {
        "width": row.width, "height": row.height, "pages": row.pages, "taken_at": _moment(row.taken_at),
        "lon": row.lon, "lat": row.lat, "place_source": row.place_source, "distance_m": row.distance_m,
        "scan": row.scan, "actor": row.actor, "added_at": _moment(row.added_at),
        "withdrawn_at": _moment(row.withdrawn_at), "withdrawn_by": row.withdrawn_by,
        "withdrawn_reason": row.withdrawn_reason, "file": f"{at}/file" if stands else None,
        "view": f"{at}/view" if stands and row.has_copies else None,
        "thumb": f"{at}/thumb" if stands and row.has_copies else None,
    }  # fmt: skip


def may_see(ctx: Context, *, ward: str, project: str) -> bool:
    """Whether whoever asks may see the papers of a case of this ward and project."""
    return may_on(ctx, "document.read", ward=ward, project=project)


def is_of_case(session: Session, case: ClearanceCase, sha256: str) -> bool:
    """Whether a content is a standing paper of the case."""
    return standing(session, case, sha256) is not None


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _day(value: Any, faults: list[Fault]) -> date | None:
    said = str(value or "").strip()
    if not said:
        return None
    try:
        return date.fromisoformat(said[:10]) if len(said) == 10 else date.fromisoformat("")
    except ValueError:
        faults.append(
            Fault("signed_on", "Ngày ký phải có dạng năm-tháng-ngày.", "The day of signing as YYYY-MM-DD.")
        )
        return None


def _degrees(said: Mapping[str, Any], name: str, most: float, faults: list[Fault]) -> float | None:
    value = said.get(name)
    if value in (None, ""):
        return None
    try:
        found = float(str(value)[:30])
    except ValueError:
        found = float("nan")
    if not abs(found) <= most:
        faults.append(Fault(name, "Toạ độ không hợp lệ.", "Not a coordinate."))
        return None
    return found
