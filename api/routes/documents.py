"""Papers and pictures of a case: list, files, withdrawal, and uploads in pieces that can be gone on with."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from api.deps import CaseCode, ContextDep, LangDep, SessionDep, acting
from api.language import Lang, pick
from api.routes.cases import IdempotencyKey
from api.usecases import document_uploads, documents
from api.usecases.document_uploads import Store, Upload, store_of
from geo.documents.kinds import ENDINGS
from geo.tables import CaseDocument
from geo.uploads import safe_name

router = APIRouter(prefix="/api/cases/{code}", tags=["documents"])
DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của giấy tờ.")]
UploadId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của lần gửi tệp.")]
OFFSET = "Upload-Offset"


class UploadIn(BaseModel):
    """A file that is announced: its name, size in bytes, SHA-256, a key of one's own, and what is said of the paper."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=1000, description="Tên tệp.")
    size: int = Field(description="Số byte của tệp.")
    sha256: str = Field(max_length=64, description="SHA-256 của tệp, 64 chữ số thập lục phân.")
    key: str = Field(max_length=100, description="Khoá của lần gửi: cùng khoá thì gửi tiếp, không gửi đôi.")
    kind: str = Field(max_length=40, description="Mã loại giấy tờ, ví dụ ANH_HIEN_TRUONG.")
    number: str = Field(default="", max_length=500, description="Số văn bản.")
    signed_on: str = Field(default="", max_length=10, description="Ngày ký, năm-tháng-ngày.")
    signer: str = Field(default="", max_length=500, description="Người ký.")
    title: str = Field(default="", max_length=500, description="Nội dung.")
    lon: float | None = Field(default=None, description="Kinh độ theo trình duyệt (độ, WGS 84).")
    lat: float | None = Field(default=None, description="Vĩ độ theo trình duyệt (độ, WGS 84).")


class Withdrawal(BaseModel):
    """Why a paper is withdrawn."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=2000, description="Lý do rút.")


def store(request: Request) -> Store:
    """Where files go in this installation."""
    return store_of(request.app.state.settings)


async def piece(request: Request) -> bytes:
    """The bytes that came, also when the connection broke off in the middle: they need not be sent again."""
    came = bytearray()
    try:
        async for part in request.stream():
            came += part
    except ClientDisconnect:
        pass
    return bytes(came)


StoreDep = Annotated[Store, Depends(store)]
Piece = Annotated[bytes, Depends(piece)]
Offset = Annotated[
    str, Header(alias=OFFSET, max_length=20, description="Gửi từ byte này; phải là chỗ máy chủ đang đứng.")
]


@router.post("/uploads", summary="Báo một tệp sắp gửi (announce a file)")
def post_upload(
    session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, said: UploadIn, kept: StoreDep
) -> Response:
    """The upload's number and how many bytes of it are there. The same key or content goes on where it stands."""
    return _answer(document_uploads.begin(session, ctx, code, said.model_dump(), kept), lang)


@router.head("/uploads/{upload_id}", include_in_schema=False)
@router.get("/uploads/{upload_id}", summary="Lần gửi tệp đến đâu rồi (how far an upload is)")
def get_upload(
    session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, upload_id: UploadId, kept: StoreDep
) -> Response:
    """`state` open, done or refused; `offset` bytes are on the server, also in the header Upload-Offset."""
    return _answer(document_uploads.state(session, ctx, code, upload_id, kept), lang)


@router.patch("/uploads/{upload_id}", summary="Gửi phần tiếp theo của tệp (send the next piece)")
def patch_upload(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    upload_id: UploadId,
    kept: StoreDep,
    content: Piece,
    offset: Offset = "",
) -> Response:
    """Takes at most 1 MB from `Upload-Offset` on; another offset than the server's is 409 with the right one."""
    at = int(offset) if offset.isascii() and offset.isdigit() else -1
    seen, taken = document_uploads.append(session, ctx, code, upload_id, at, content, kept)
    return _answer(seen, lang, status=200 if taken else 409)


@router.post("/uploads/{upload_id}", summary="Kết thúc lần gửi: kiểm tra, ghi vào hồ sơ (finish)")
def finish_upload(
    request: Request, lang: LangDep, code: CaseCode, upload_id: UploadId, kept: StoreDep
) -> Response:
    """`done` with the paper's number once the server's hash is the announced one and the file was looked at; `refused`
    (422) with a sentence; 409 when bytes are missing or were damaged on their way."""
    seen = document_uploads.finish(partial(acting, request), code, upload_id, kept)
    return _answer(seen, lang, status={"done": 200, "refused": 422}.get(seen.state, 409))


@router.get("/documents", summary="Giấy tờ và ảnh của hồ sơ (papers and pictures of a case)")
def list_documents(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """Newest first, withdrawn ones last. Distances in metres to the nearest parcel; places as camera or browser say."""
    rows = [documents.as_dict(row, code) for row in documents.documents_of(session, ctx, code)]
    return {"total": len(rows), "rows": rows} | ctx.looking_back


@router.post("/documents/{document_id}/withdraw", summary="Rút một giấy tờ (withdraw)")
def withdraw(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    document_id: DocumentId,
    said: Withdrawal,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """The paper stays in the history with the reason, its file as evidence; neither is shown any more."""
    fresh = documents.withdraw(session, ctx, code, document_id, said.reason, key=key)
    return {"document": document_id, "withdrawn": True, "before": not fresh}


@router.get("/documents/{document_id}/thumb", summary="Ảnh nhỏ (thumbnail)", response_class=FileResponse)
def thumb(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    document_id: DocumentId,
    kept: StoreDep,
) -> Response:
    """A small JPEG made anew, without EXIF."""
    row, path = documents.open_copy(session, ctx, code, document_id, "thumb", kept.folder)
    del row
    return _file(
        request, FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, no-cache"})
    )


@router.get(
    "/documents/{document_id}/view", summary="Ảnh để xem (a copy to look at)", response_class=FileResponse
)
def view(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    document_id: DocumentId,
    kept: StoreDep,
) -> Response:
    """A JPEG of at most 2,000 pixels made anew, without EXIF. The opening is recorded."""
    _, path = documents.open_copy(session, ctx, code, document_id, "view", kept.folder)
    return _file(request, FileResponse(path, media_type="image/jpeg"))


@router.get("/documents/{document_id}/file", summary="Tệp gốc (the original)", response_class=FileResponse)
def file(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    document_id: DocumentId,
    kept: StoreDep,
) -> Response:
    """The bytes as they were sent, only ever as a download. The opening is recorded."""
    row, path = documents.open_copy(session, ctx, code, document_id, "original", kept.folder)
    named = f"attachment; filename=\"giay-to-{row.id}{ENDINGS[row.media_type]}\"; filename*=UTF-8''"
    headers = {"Content-Disposition": named + quote(_download_name(row), safe="")}
    return _file(request, FileResponse(path, media_type=row.media_type, headers=headers))


def _download_name(row: CaseDocument) -> str:
    """The delivered name without what could deceive in it; its ending is that of what the file really is."""
    ending = ENDINGS[row.media_type]
    plain = safe_name(row.filename)
    stem = plain.rpartition(".")[0] or plain
    return f"{stem[:90]}{ending}"


def _file(request: Request, response: FileResponse) -> Response:
    request.state.sandboxed = True  # whatever it is, nothing in it runs or loads
    response.headers["Content-Encoding"] = "identity"  # packed already; the size stays known
    return response


def _answer(seen: Upload, lang: Lang, *, status: int = 200) -> Response:
    body: dict[str, Any] = {
        "id": seen.id, "state": seen.state, "offset": seen.offset, "bytes": seen.bytes, "document": seen.document,
        "duplicate": seen.duplicate,
    }  # fmt: skip
    if seen.state == "refused":
        said = [pick(lang, f.vi, f.en) for f in seen.faults]
        body |= {"error": "InvalidInput", "detail": " ".join(said), "faults": [
            {"where": f.where, "message": text} for f, text in zip(seen.faults, said, strict=True)
        ]}  # fmt: skip
    elif seen.broken:
        body |= {"error": "HashDiffers", "detail": pick(
            lang,
            "Tệp tới máy chủ không khớp mã băm: gửi lại từ đầu.",
            "What came to the server has another hash: send it again from the start.",
        )}  # fmt: skip
    elif status == 409:
        body |= {"error": "OffsetDiffers", "detail": pick(
            lang,
            f"Máy chủ đang có {seen.offset} byte: gửi tiếp từ đó.",
            f"The server has {seen.offset} bytes: go on from there.",
        )}  # fmt: skip
    return JSONResponse(body, status, {OFFSET: str(seen.offset)})
