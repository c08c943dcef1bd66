"""The plain forms of the part with papers and pictures: adding without JavaScript, withdrawing."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from api.context import Context
from api.deps import CaseCode, ContextDep, LangDep, RowId, SessionDep, acting
from api.language import Lang
from api.pages import case_sections, people_cards
from api.pages.case import render_case
from api.pages.case_documents import NAME
from api.pages.forms import Text, plain
from api.pages.refusals import REUSED
from api.routes.documents import StoreDep
from api.usecases import documents
from api.usecases.document_uploads import MEGABYTE, Store, add_at_once, too_large
from api.usecases.documents import about, case_for_adding, delivered_name
from api.usecases.listing import case_view
from geo.documents import keeping
from projects.errors import Fault, InvalidInput, KeyReused

MOST_AT_ONCE = 20
router = APIRouter(
    prefix="/ho-so/{code}/giay-to", dependencies=[Depends(people_cards.ready), Depends(case_sections.ready)]
)
FIELDS = {"loai": "kind", "so": "number", "ngay_ky": "signed_on", "nguoi_ky": "signer", "noi_dung": "title",
          "kinh_do": "lon", "vi_do": "lat"}  # fmt: skip
NO_FILE = Fault("tệp", "Chưa chọn tệp.", "No file was chosen.")


async def sent(request: Request) -> AsyncIterator[FormData]:
    """The form, which the guard has read already: files lie on the disk by now, within the limit of this address."""
    async with request.form() as form:
        yield form


Sent = Annotated[FormData, Depends(sent)]


@router.post("")
def add(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    form: Sent,
    kept: StoreDep,
) -> Response:
    """Takes files of a plain form; those that are refused are named with the reason, the others are in the case."""
    case_for_adding(session, ctx, code)
    entered = {name: plain(str(form.get(name, "")))[:500] for name in FIELDS}
    faults: list[Fault] = []
    taken = 0
    try:
        said = about({FIELDS[name]: value for name, value in entered.items()}, today=ctx.today())
        files = [f for f in form.getlist("tep") if isinstance(f, UploadFile) and f.filename][:MOST_AT_ONCE]
        if not files:
            raise InvalidInput([NO_FILE])
        key = plain(str(form.get("key", "")))[:60] or None
        for file in files:
            try:
                _take(request, code, said, file, kept, key)
                taken += 1
            except InvalidInput as refused:
                faults += refused.faults
            except KeyReused:
                faults.append(REUSED)
    except InvalidInput as refused:
        faults += refused.faults
    if not faults:
        return RedirectResponse(f"/ho-so/{code}?da_gui={taken}#{NAME}", 303)
    return _again(request, session, ctx, code, lang, {"faults": faults, "taken": taken, "entered": entered})


@router.post("/{document_id}/rut")
def withdraw(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    document_id: RowId,
    ly_do: Text = "",
    key: Text = "",
) -> Response:
    """Takes a paper out of the case for a reason."""
    try:
        documents.withdraw(session, ctx, code, document_id, plain(ly_do), key=key[:100] or None)
    except InvalidInput as refused:
        return _again(request, session, ctx, code, lang, {"faults": refused.faults})
    except KeyReused:
        return _again(request, session, ctx, code, lang, {"faults": (REUSED,)})
    return RedirectResponse(f"/ho-so/{code}?da_rut=1#{NAME}", 303)


def _take(
    request: Request, code: str, said: documents.About, file: UploadFile, kept: Store, key: str | None
) -> None:
    name = delivered_name(file.filename or "")
    if (file.size or 0) > kept.most_bytes:
        raise InvalidInput([Fault(name, *_words(too_large(kept.most_bytes)))])
    if not file.size:
        raise InvalidInput([Fault(name, "Tệp rỗng.", "The file is empty.")])
    mark = secrets.token_hex(16)
    part = keeping.part_of(kept.folder, mark)
    try:
        with part.open("xb") as target:
            part.chmod(0o600)
            shutil.copyfileobj(file.file, target, MEGABYTE)
            target.flush()
        add_at_once(partial(acting, request), code, said, name, part, kept, key=key)
    finally:
        keeping.drop(kept.folder, mark)


def _words(fault: Fault) -> tuple[str, str]:
    return fault.vi, fault.en


def _again(
    request: Request, session: Session, ctx: Context, code: str, lang: Lang, said: Mapping[str, Any]
) -> Response:
    case_sections.say(request, NAME, said)
    response = render_case(request, case_view(session, ctx, code), lang)
    response.status_code = 422
    return response
