"""The page of a refusal or failure: what failed, what to do, one action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.asof import KEYS, Times
from api.pages.rendering import carried, link, render

if TYPE_CHECKING:  # the error table imports this module
    from api.errors import ErrorOut

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Advice:
    """Title and advice of a status, and whether the one action is to ask for the same page again."""

    title: Pair
    advice: Pair
    again: bool = False


ADVICE: dict[int, Advice] = {
    401: Advice(("Cần đăng nhập", "Sign in"), ("Đăng nhập rồi làm lại.", "Sign in, then try again.")),
    403: Advice(
        ("Không được làm việc này", "Not allowed"),
        (
            "Xem bảng quyền ở trang “Quyền”; quyền do quản trị giao.",
            "The page “Rights” has the table; an administrator gives rights.",
        ),
    ),
    429: Advice(
        ("Quá nhiều yêu cầu", "Too many requests"),
        ("Chờ một lát rồi thử lại.", "Wait a moment, then try again."),
        again=True,
    ),
    404: Advice(
        ("Không tìm thấy", "Not found"),
        (
            "Kiểm tra lại mã trong địa chỉ. Mục ngoài phạm vi của bạn cũng hiện như vậy.",
            "Check the code in the address. What lies outside your reach looks the same.",
        ),
    ),
    405: Advice(
        ("Thao tác không dùng được ở đây", "This cannot be done here"),
        ("Mở lại trang rồi thao tác từ trang đó.", "Open the page again and act from there."),
    ),
    409: Advice(
        ("Không ghi được vì dữ liệu đã đổi", "Not saved: the data changed"),
        (
            "Chưa có gì được ghi. Tải lại để xem trạng thái mới rồi ghi lại.",
            "Nothing was written. Reload to see the new state, then save again.",
        ),
        again=True,
    ),
    422: Advice(
        ("Yêu cầu chưa hợp lệ", "The request is not valid"),
        (
            "Chưa có gì được ghi. Sửa các mục dưới đây rồi gửi lại.",
            "Nothing was written. Mend what is listed below and send again.",
        ),
    ),
    503: Advice(
        ("Hệ thống đang bận", "Temporarily unavailable"),
        ("Thử lại sau ít giây.", "Try again in a few seconds."),
        again=True,
    ),
}
UNEXPECTED = Advice(
    ("Lỗi ngoài dự kiến", "Something went wrong"),
    (
        "Thử lại. Nếu còn lỗi, báo người quản trị kèm mã yêu cầu trên đây.",
        "Try again. If it stays, tell the administrator the number of the request above.",
    ),
    again=True,
)


def render_problem(request: Request, status: int, body: ErrorOut) -> HTMLResponse:
    """The page for an error body, in the reader's language; it needs neither database nor use case."""
    advice = ADVICE.get(status, UNEXPECTED)
    # A time that cannot be shown must not follow the reader to the next page.
    bad_time = any(fault.where in KEYS for fault in body.faults or ())
    where: dict[str, Any] = (
        {"times": Times(), "to": lambda path, **query: link(path, query)} if bad_time else {}
    )
    kept = {} if bad_time else carried(request.query_params)
    href, label = _action(request, status, advice, kept)
    return render(
        request,
        "problem.html.j2",
        status,
        code=status,
        problem=body,
        advice=advice,
        action_href=href,
        action_label=label,
        **where,
    )


def _action(request: Request, status: int, advice: Advice, kept: dict[str, object]) -> tuple[str, Pair]:
    """The one thing to do next."""
    who = getattr(request.state, "principal", None)
    before = _came_from(request)
    if status == 401 or (who is not None and who.is_public):
        wanted = before if request.method not in ("GET", "HEAD") else _here(request)
        return link("/dang-nhap", {"tiep": wanted}), ("Đăng nhập", "Sign in")
    if who is not None and who.must_change:
        return "/tai-khoan", ("Đổi mật khẩu", "Choose a new password")
    if advice.again and request.method in ("GET", "HEAD"):
        return _here(request), ("Thử lại", "Try again")
    if before and request.method not in ("GET", "HEAD"):
        # A failed write must not be repeated by a link: the page that it came from is offered instead.
        return before, ("Mở lại trang trước", "Back to the page before")
    return link("/danh-muc", kept), ("Về danh mục", "To the portfolio")


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _came_from(request: Request) -> str:
    """The page of this server that the reader came from, empty when there is none."""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc != request.headers.get("host") or not parts.path.startswith("/"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
