"""`/nap/{upload_id}/xem-truoc`: what an upload would become, how it is read, and the profile of its sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.deps import ContextDep, LangDep, RowId, SessionDep
from api.language import Lang, pick
from api.pages.reading_form import FIELDS, SaidDep, fields_of, options_of
from api.pages.rendering import link, render
from api.pages.thumbnail import thumbnail
from api.usecases import previews
from api.usecases.imports import uploads_folder
from api.usecases.previews import UploadedFile
from api.work.queue import put
from geo import senders
from geo.importers.formats import TITLES
from geo.importers.options import ReadingOptions
from geo.importers.preview import Preview
from geo.importers.rows import NAMES
from geo.importers.textcodes import ENCODINGS
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion

router = APIRouter(prefix="/nap/{upload_id}/xem-truoc")

# Coordinate systems that are offered; any other EPSG code can be typed.
OFFERED = (5897, 9209, 9208, 9210, 9211, 3405, 32648, 4326, 4756)
ENCODING_WORDS = {
    "utf-8": ("Unicode (UTF-8)", "Unicode (UTF-8)"),
    "tcvn3": ("TCVN3 (ABC, phông .Vn…)", "TCVN3 (ABC, .Vn… fonts)"),
    "vni": ("VNI-Windows", "VNI-Windows"),
    "cp1258": ("Windows-1258", "Windows-1258"),
}
_SHOWN_FAULTS = 200


@router.get("")
def preview_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    upload_id: RowId,
    ho_so: Annotated[str, Query(max_length=80)] = "",
) -> HTMLResponse:
    """The preview as the upload is read so far, or as the profile `ho_so` reads it."""
    upload = previews.upload_file(session, ctx, uploads_folder(request.app.state.settings.home), upload_id)
    options = upload.options
    if ho_so:
        profile = senders.options_of(senders.profile_named(session, ho_so))
        options = replace(profile, control_points=options.control_points)
    return _page(request, session, upload, options, fields_of(options), lang, chosen=ho_so)


@router.post("")
def read_again(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, upload_id: RowId, said: SaidDep
) -> Response:
    """Reads the upload as the form says (`xem`), keeps that reading (`dung`), or saves it as a profile (`luu`)."""
    upload = previews.upload_file(session, ctx, uploads_folder(request.app.state.settings.home), upload_id)
    here = request.url.path
    try:
        options = options_of(said.values)
        if said.task == "luu":
            saved = _save(session, ctx, said.values, options)
            return RedirectResponse(link(here, {"ho_so": saved}), 303)
        if said.task == "dung":
            previews.keep_options(session, ctx, upload_id, options, queue=put)
            return RedirectResponse(f"/nap/{upload_id}", 303)
    except InvalidInput as error:
        return _page(
            request, session, upload, upload.options, dict(said.values), lang, wrong=error.faults, status=422
        )
    except StaleVersion:
        stale = Fault(
            "profile",
            "Hồ sơ bên gửi vừa được người khác sửa: chọn lại hồ sơ rồi lưu.",
            "The profile was changed by somebody else just now: choose it again, then save.",
        )
        return _page(request, session, upload, options, dict(said.values), lang, wrong=(stale,), status=409)
    return _page(request, session, upload, options, dict(said.values), lang)


def _save(session: Session, ctx: ContextDep, values: Mapping[str, str], options: ReadingOptions) -> str:
    version = values.get("ho_so_phien_ban", "")
    row = previews.save_sender(
        session,
        ctx,
        name=values.get("ho_so_ten", ""),
        sender=values.get("ho_so_ben_gui", ""),
        format=values.get("dinh_dang") or None,
        options=options,
        seen=int(version) if version.isdigit() and len(version) < 10 else None,
    )
    return row.name


def _page(
    request: Request,
    session: Session,
    upload: UploadedFile,
    options: ReadingOptions,
    form: dict[str, str],
    lang: Lang,
    *,
    chosen: str = "",
    wrong: tuple[Fault, ...] = (),
    status: int = 200,
) -> HTMLResponse:
    seen: Preview | None = None
    unreadable: tuple[Fault, ...] = ()
    if not wrong or status == 409:
        try:
            seen = previews.preview_upload(session, upload, options)
        except InvalidInput as error:
            unreadable = error.faults
    ground = previews.ground(session, upload.project, seen.outlines if seen else ())
    try:
        profile = senders.profile_named(session, chosen) if chosen else None
    except NotFound:
        profile = None
    return render(
        request,
        "preview.html.j2",
        status,
        nav="nap",
        upload=upload,
        preview=seen,
        picture=thumbnail(seen.outlines, ground.wards, ground.corridor) if seen else None,
        faults=[_said(f, lang) for f in (*wrong, *unreadable, *(seen.faults if seen else ()))][
            :_SHOWN_FAULTS
        ],
        notes=[_said(f, lang) for f in (seen.warnings if seen else ())][:_SHOWN_FAULTS],
        ready=seen is not None and seen.ready and not wrong,
        form=form,
        fields=[(f, NAMES[f]) for f in FIELDS],
        titles=TITLES,
        encodings=[(code, ENCODING_WORDS[code]) for code in ENCODINGS],
        offered=OFFERED,
        profiles=senders.profiles(session),
        profile=profile,
    )


def _said(fault: Fault, lang: Lang) -> tuple[str, str]:
    return fault.where, pick(lang, fault.vi, fault.en)
