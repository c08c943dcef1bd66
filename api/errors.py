"""One table from domain error to HTTP status, one handler, one error body, in the reader's language."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as StarletteHTTPException

from api.guard import sign_in_address
from api.language import Lang, pick
from api.logs import log
from api.pages.problems import render_problem
from projects import errors


class FaultOut(BaseModel):
    """One reason of a refusal: the row, field or file, and the sentence."""

    where: str
    message: str


class ErrorOut(BaseModel):
    """The one error body. `error` is a stable name for programs, `detail` a sentence for people."""

    error: str = Field(examples=["StaleVersion"])
    detail: str
    faults: list[FaultOut] | None = None
    current: dict[str, Any] | None = Field(default=None, description="409: the state as it is now.")
    wanted: dict[str, Any] | None = Field(default=None, description="409: what the caller wanted to write.")
    fields: list[str] | None = Field(default=None, description="409: the fields changed by both sides.")
    allowed: list[str] | None = Field(default=None, description="422: the steps the case may take.")


STATUS: dict[type[errors.DuongGangError], int] = {
    errors.NotFound: 404,
    errors.StaleVersion: 409,
    errors.MovedOn: 409,
    errors.NoRoom: 507,
    errors.NotNow: 503,
    errors.CyclicDependency: 409,
    errors.KeyReused: 422,
    errors.IllegalStep: 422,
    errors.InvalidInput: 422,
    errors.SignInNeeded: 401,
    errors.Forbidden: 403,
    errors.TooMany: 429,
}
WHY_SIGN_IN = {
    "wrong": (
        "Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản không dùng được.",
        "The name or password is not right, or the account cannot be used.",
    ),
    "ended": ("Phiên làm việc đã kết thúc; hãy đăng nhập lại.", "The session has ended; sign in again."),
    "expired": ("Phiên đã hết hạn vì để lâu; hãy đăng nhập lại.", "The session has expired; sign in again."),
    "token": ("Mã truy cập không dùng được.", "The API token is not good."),
    "change": ("Cần đổi mật khẩu trước khi làm việc khác.", "Choose a new password first."),
}

KINDS = {
    "project": ("dự án", "project"),
    "case": ("hồ sơ", "case"),
    "ward": ("phường/xã", "ward"),
    "event": ("lần ghi", "event"),
    "page": ("trang", "page"),
    "account": ("tài khoản", "account"),
    "session": ("phiên", "session"),
    "token": ("mã truy cập", "token"),
    "proposal": ("đề nghị", "proposal"),
    "upload": ("tệp đã gửi", "upload"),
    "sender_profile": ("hồ sơ bên gửi", "sender profile"),
    "tile": ("ô bản đồ", "map tile"),
    "import": ("lần nhập", "import"),
    "parcel": ("thửa", "parcel"),
    "document": ("giấy tờ", "document"),
    "obstacle": ("vướng mắc", "obstacle"),
    "assignment": ("việc đã giao", "assignment"),
    "conclusion": ("kết luận", "conclusion"),
    "contact": ("dòng tiếp xúc", "contact"),
    "complaint": ("đơn khiếu nại", "complaint"),
    "party": ("người trong hồ sơ", "party"),
    "item": ("mục kiểm kê", "item"),
    "line": ("dòng bồi thường", "line"),
    "plot": ("lô, căn của hồ sơ", "plot of the case"),
    "relocation": ("đối tượng di dời", "relocation"),
    "scenario": ("kịch bản", "scenario"),
    "network": ("mạng tiến độ", "network"),
    "network change": ("lần sửa mạng", "change of the network"),
    "activity": ("công việc", "activity"),
    "baseline": ("đường cơ sở", "baseline"),
}


def describe(error: errors.DuongGangError, lang: Lang) -> ErrorOut:
    """The error body of a refusal, in the reader's language."""
    name = type(error).__name__
    match error:
        case errors.NotFound():
            # Without the code: what is hidden from the reader and what does not exist must look the same.
            vi, en = KINDS.get(error.kind, ("mục", "item"))
            detail = pick(lang, f"Không có {vi} này.", f"There is no such {en}.")
            return ErrorOut(error=name, detail=detail)
        case errors.SignInNeeded():
            pair = WHY_SIGN_IN.get(error.why, ("Cần đăng nhập.", "Sign in first."))
            return ErrorOut(error=name, detail=pick(lang, *pair))
        case errors.Forbidden():
            detail = pick(
                lang,
                error.vi or "Vai trò của bạn không làm việc này.",
                error.en or "Your role does not do this.",
            )
            return ErrorOut(error=name, detail=detail)
        case errors.TooMany():
            detail = pick(
                lang,
                f"Quá nhiều lần trong thời gian ngắn; thử lại sau {error.retry_after} giây.",
                f"Too many in a short time; try again in {error.retry_after} s.",
            )
            return ErrorOut(error=name, detail=detail)
        case errors.StaleVersion():
            detail = pick(
                lang,
                f"{error.what[0]} {error.code} đã được người khác sửa sau khi bạn mở. Xem hai trạng thái rồi ghi lại.",
                f"{error.what[1]} {error.code} was changed after you opened it. Compare both states and save again.",
            )
            return ErrorOut(
                error=name,
                detail=detail,
                current=jsonable_encoder(error.current),
                wanted=jsonable_encoder(error.wanted),
                fields=list(error.fields),
            )
        case errors.CyclicDependency():
            members = " → ".join(error.members)
            detail = pick(
                lang, f"Mạng tiến độ có vòng lặp: {members}.", f"The network has a cycle: {members}."
            )
            return ErrorOut(error=name, detail=detail)
        case errors.KeyReused():
            detail = pick(
                lang,
                "Khoá chống ghi trùng này đã dùng cho một nội dung khác. Tải lại trang rồi ghi lại.",
                "This idempotency key was used for another request. Reload the page and save again.",
            )
            return ErrorOut(error=name, detail=detail)
        case errors.IllegalStep():
            detail = pick(
                lang,
                f"Chưa ghi được bước {error.wanted}: " + " ".join(f.vi for f in error.faults),
                f"Step {error.wanted} cannot be recorded: " + " ".join(f.en for f in error.faults),
            )
            return ErrorOut(
                error=name, detail=detail, faults=_faults(error.faults, lang), allowed=list(error.allowed)
            )
        case errors.NoRoom():
            fault = error.faults[0]
            return ErrorOut(error=name, detail=pick(lang, fault.vi, fault.en))
        case errors.MovedOn() | errors.NotNow():
            return ErrorOut(error=name, detail=pick(lang, error.vi, error.en))
        case errors.InvalidInput():
            detail = pick(
                lang,
                f"Dữ liệu vào có {len(error.faults)} lỗi.",
                f"The input has {len(error.faults)} fault(s).",
            )
            return ErrorOut(error=name, detail=detail, faults=_faults(error.faults, lang))
    return ErrorOut(error=name, detail=str(error))


def install(app: FastAPI) -> None:
    """Registers the handlers: domain errors, validation, unknown addresses, the database, the unexpected."""

    def domain(request: Request, exc: Exception) -> Response:
        error = cast(errors.DuongGangError, exc)
        if isinstance(error, errors.SignInNeeded):
            return sign_in_first(request, error)
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, errors.TooMany) else None
        return answer(request, STATUS.get(type(error), 422), describe(error, language(request)), headers)

    def invalid(request: Request, exc: Exception) -> Response:
        lang = language(request)
        faults = [
            FaultOut(where=".".join(str(p) for p in e["loc"]), message=_validation_sentence(e, lang))
            for e in cast(RequestValidationError, exc).errors()
        ]
        detail = pick(lang, "Yêu cầu không đúng dạng.", "The request is not well formed.")
        return answer(request, 422, ErrorOut(error="InvalidRequest", detail=detail, faults=faults))

    def http(request: Request, exc: Exception) -> Response:
        error = cast(StarletteHTTPException, exc)
        lang = language(request)
        if error.status_code == 404:
            detail = pick(lang, "Không có trang này.", "There is no such page.")
            return answer(request, 404, ErrorOut(error="NotFound", detail=detail))
        if error.status_code == 405:
            detail = pick(
                lang, "Địa chỉ này không nhận thao tác đó.", "This address does not take that method."
            )
            return answer(request, 405, ErrorOut(error="MethodNotAllowed", detail=detail), error.headers)
        return answer(request, error.status_code, ErrorOut(error="HttpError", detail=str(error.detail)))

    def disk(request: Request, exc: Exception) -> Response:
        if cast(OSError, exc).errno not in (errno.ENOSPC, errno.EDQUOT):
            return unexpected(request, exc)
        log().error("the disk is full", exc_info=exc)
        fault = pick(
            language(request),
            "Đĩa của máy chủ đã đầy; không có gì được ghi. Báo quản trị rồi làm lại.",
            "The server's disk is full; nothing was written. Tell the administrator, then try again.",
        )
        return answer(request, 507, ErrorOut(error="NoRoom", detail=fault))

    def database(request: Request, exc: Exception) -> Response:
        log().error("database unavailable", exc_info=exc)
        bring_back(request)
        detail = pick(
            language(request),
            "Cơ sở dữ liệu đang không trả lời. Thử lại sau ít giây; nếu còn, chạy “duonggang doctor”.",
            "The database does not answer. Try again in a few seconds; if it lasts, run “duonggang doctor”.",
        )
        return answer(
            request, 503, ErrorOut(error="DatabaseUnavailable", detail=detail), {"Retry-After": "5"}
        )

    handlers: list[tuple[type[Exception], Callable[[Request, Exception], Response]]] = [
        (errors.DuongGangError, domain),
        (RequestValidationError, invalid),
        (StarletteHTTPException, http),
        (OperationalError, database),
        (PoolTimeout, database),
        (OSError, disk),
        (Exception, unexpected),
    ]
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


def unexpected(request: Request, exc: Exception) -> Response:
    """The answer to what nobody foresaw: no word of it but the number under which the log has it."""
    log().error("unexpected error", exc_info=exc)
    number = getattr(request.state, "request_id", "–")
    detail = pick(
        language(request),
        f"Hệ thống gặp lỗi ngoài dự kiến; không có gì được ghi. Lỗi đã vào nhật ký máy chủ, mã yêu cầu {number}.",
        f"Something unexpected went wrong; nothing was written. The server's log has it as request {number}.",
    )
    return answer(request, 500, ErrorOut(error="Unexpected", detail=detail))


def bring_back(request: Request) -> None:
    """Starts a killed private database again beside the answer; does nothing where the database is not ours."""
    if (revive := request.app.state.revive) is not None:
        threading.Thread(target=_quietly, args=(revive,), daemon=True).start()


def sign_in_first(request: Request, error: errors.SignInNeeded) -> Response:
    """Leads a reader to the sign-in page and back; a program or a write gets 401 in words."""
    if request.method in ("GET", "HEAD") and wants_page(request):
        to = "/tai-khoan" if error.why == "change" else sign_in_address(request)
        if error.why in ("ended", "expired"):
            to += ("&" if "?" in to else "?") + f"vi_sao={error.why}"
        return RedirectResponse(to, 303)
    body = describe(error, language(request))
    return answer(request, 401, body, {"WWW-Authenticate": 'Bearer realm="duonggang"'})


def wants_page(request: Request) -> bool:
    """Whether the answer should be a page: browsers, outside /api/."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _quietly(revive: Callable[[], object]) -> None:
    """The reader is asked to try again anyway: what goes wrong here is for the log."""
    try:
        revive()
    except Exception as error:
        log().error("the database could not be started again", exc_info=error)


def answer(
    request: Request, status: int, body: ErrorOut, headers: dict[str, str] | Any | None = None
) -> Response:
    """A page for browsers, JSON for programs and everything under /api/."""
    if wants_page(request):
        response: Response = render_problem(request, status, body)
    else:
        response = JSONResponse(body.model_dump(exclude_none=True, mode="json"), status)
    response.headers.update(headers or {})
    return response


def language(request: Request) -> Lang:
    """The language the middleware chose; Vietnamese when an error came before it ran."""
    return cast(Lang, getattr(request.state, "lang", "vi"))


def _faults(faults: tuple[errors.Fault, ...], lang: Lang) -> list[FaultOut]:
    return [FaultOut(where=f.where, message=pick(lang, f.vi, f.en)) for f in faults]


def _validation_sentence(error: Any, lang: Lang) -> str:
    """A sentence for the faults people can cause by hand; pydantic's own English for the rest."""
    sentences = {
        "missing": ("thiếu mục này", "this field is missing"),
        "date_from_datetime_parsing": ("ngày phải có dạng năm-tháng-ngày", "expected a date as YYYY-MM-DD"),
        "date_parsing": ("ngày phải có dạng năm-tháng-ngày", "expected a date as YYYY-MM-DD"),
        "int_parsing": ("phải là số nguyên", "expected a whole number"),
        "extra_forbidden": ("không có mục này", "there is no such field"),
        "string_too_long": ("quá dài", "too long"),
        "json_invalid": ("không phải JSON hợp lệ", "not valid JSON"),
    }
    pair = sentences.get(str(error["type"]))
    return pick(lang, *pair) if pair else str(error["msg"])


__all__ = ["ErrorOut", "FaultOut", "answer", "bring_back", "describe", "install", "language", "unexpected"]
