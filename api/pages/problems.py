"""The page of a refusal or failure: what failed, what to do, one action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.rendering import render

if TYPE_CHECKING:  # the error table imports this module
    from api.errors import ErrorOut

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Advice:
    """Title and advice of a status, and whether the one action is to try the same address again."""

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
    ),
    404: Advice(
        ("Không tìm thấy", "Not found"),
        (
            "Kiểm tra lại mã trong địa chỉ, hoặc mở từ danh mục.",
            "Check the code in the address, or start from the portfolio.",
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
    return render(
        request,
        "problem.html.j2",
        status,
        code=status,
        problem=body,
        advice=ADVICE.get(status, UNEXPECTED),
        # A failed write must not be repeated by a link: offer the page it came from instead.
        again=request.url.path,
    )
