"""`/nap/{id}`: how far it is, what is wrong with it, what it would change, and the buttons of whoever may decide."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import ContextDep, LangDep, SessionDep
from api.pages.imports import Sent
from api.pages.mapping import import_parts
from api.pages.rendering import carried, link, render
from api.routes.imports import ImportId
from api.usecases import import_rows, imports
from api.work.queue import put
from geo.tables import Ward

router = APIRouter(prefix="/nap/{import_id}")
PAGE = 50
KINDS: dict[str, tuple[str, str]] = {
    "added": ("thêm", "added"),
    "moved": ("dời", "moved"),
    "shrunk": ("nhỏ đi", "shrunk"),
    "grown": ("lớn lên", "grown"),
    "attributes": ("đổi thuộc tính", "attributes changed"),
    "dropped": ("bỏ", "dropped"),
    "unchanged": ("không đổi", "unchanged"),
}
WHY: dict[str, tuple[str, str]] = {
    "setting": (
        "mọi lần nhập đều cần người thứ hai (cài đặt)",
        "every import needs a second person (a setting)",
    ),
    "changes": ("thửa đã có bị đổi", "existing parcels change"),
    "drops": ("thửa đã có bị bỏ", "existing parcels are dropped"),
    "joins": ("thửa thêm vào hồ sơ đã có", "parcels join existing cases"),
    "late": ("hồ sơ đã qua bước S30", "cases past step S30"),
}
PHASES: dict[str, tuple[str, str]] = {
    "waiting": ("chờ đến lượt", "waiting for its turn"),
    "reading": ("đọc tệp trong tiến trình cách ly", "reading the file in the limited process"),
    "placing": ("đặt thửa lên tim tuyến", "placing parcels on the axis"),
    "staging": ("kiểm tra và ghi tạm", "checking and staging"),
    "comparing": ("so với đất đã có", "comparing with the land that is there"),
}
FIELDS: dict[str, tuple[str, str]] = {
    "ward_code": ("phường, xã", "ward"),
    "land_use": ("loại đất", "land use"),
    "area_stated_m2": ("diện tích ghi", "stated area"),
    "case": ("hồ sơ", "case"),
}


@router.get("")
def import_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    import_id: ImportId,
    loai: Annotated[str, Query(max_length=20)] = "",
    tu: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """One import; while it is read the page asks for itself again every other second, without a script."""
    found = imports.access_import(session, ctx, import_id)
    kind = loai if loai in import_rows.KINDS else None
    compared = found.proposal.state in ("ready", "accepted", "rejected", "undone")
    rows, total = (
        import_rows.rows(session, import_id, kind=kind, limit=PAGE, offset=tu) if compared else ([], 0)
    )
    busy = found.proposal.state in ("waiting", "reading")
    wards = {
        code: ward.name
        for (code, *_) in found.proposal.summary.get("by_ward", ())
        if (ward := session.get(Ward, code))
    }
    page = render(
        request,
        "import.html.j2",
        nav="nap",
        one=found,
        u=found.upload,
        p=found.proposal,
        rows=rows,
        total=total,
        limit=PAGE,
        offset=tu,
        kind=kind,
        compared=compared,
        busy=busy,
        map=import_parts(request, import_id, lang) if compared and total else None,
        most_shapes=import_rows.MOST_SHAPES,
        states=imports.STATES,
        kinds=KINDS,
        why=WHY,
        phases=PHASES,
        field_words=FIELDS,
        wards=wards,
        said=request.query_params.get("da", ""),
    )
    if busy:
        page.headers["Refresh"] = f"2; url={link(f'/nap/{import_id}', carried(request.query_params))}"
    return page


@router.post("/chap-nhan")
def accept(request: Request, session: SessionDep, ctx: ContextDep, import_id: ImportId) -> Response:
    """The second person takes it into the land."""
    counts = imports.accept(session, ctx, import_id, queue=put)
    return _back(import_id, "doi" if counts.get("stale") else "")


@router.post("/tu-choi")
def reject(
    request: Request, session: SessionDep, ctx: ContextDep, import_id: ImportId, form: Sent
) -> Response:
    """The second person refuses it for a reason."""
    imports.reject(session, ctx, import_id, reason=str(form.get("ly_do", ""))[:2000])
    return _back(import_id)


@router.post("/huy")
def cancel(request: Request, session: SessionDep, ctx: ContextDep, import_id: ImportId) -> Response:
    """Stops it."""
    imports.cancel(session, ctx, import_id)
    return _back(import_id)


@router.post("/hoan-tac")
def undo(request: Request, session: SessionDep, ctx: ContextDep, import_id: ImportId, form: Sent) -> Response:
    """Puts the land back as it was."""
    imports.undo(session, ctx, import_id, reason=str(form.get("ly_do", ""))[:2000])
    return _back(import_id)


@router.post("/doc-lai")
def again(request: Request, session: SessionDep, ctx: ContextDep, import_id: ImportId) -> Response:
    """Reads the kept file once more."""
    imports.read_again(session, ctx, import_id, queue=put)
    return _back(import_id)


def _back(number: int, said: str = "") -> Response:
    return RedirectResponse(link(f"/nap/{number}", {"da": said}), 303)
