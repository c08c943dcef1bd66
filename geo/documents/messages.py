"""The sentences for what a paper or picture is refused for; the child sends codes, never sentences."""

from __future__ import annotations

from collections.abc import Mapping

from geo.documents.bounds import MOST_PIXELS

TAKEN_VI = "Nhận ảnh JPEG, PNG, WebP; giấy tờ PDF, DOCX."
TAKEN_EN = "JPEG, PNG and WebP pictures and PDF and DOCX papers are taken."
REFUSALS: Mapping[str, tuple[str, str]] = {
    "executable": (
        f"Đây là chương trình máy tính, dù tên tệp là gì: không nhận. {TAKEN_VI}",
        f"This is a computer program, whatever its name says: refused. {TAKEN_EN}",
    ),
    "svg": (
        "Tệp SVG có thể chứa mã chạy được nên không nhận: xuất thành PNG hoặc PDF rồi gửi.",
        "An SVG can hold running code and is not taken: export it as PNG or PDF.",
    ),
    "html": (
        "Trang web (HTML, XML) có thể chứa mã chạy được nên không nhận: in thành PDF rồi gửi.",
        "A web page (HTML, XML) can hold running code and is not taken: print it to PDF.",
    ),
    "heic": (
        "Ảnh HEIC của iPhone chưa đọc được: vào Cài đặt › Camera › Định dạng, chọn “Tương thích nhất” rồi chụp lại;"
        " hoặc mở ảnh, chọn Chia sẻ › Tùy chọn › “Tương thích nhất” để gửi dưới dạng JPEG.",
        "HEIC pictures of an iPhone cannot be read: choose Settings › Camera › Formats › “Most Compatible” and take it"
        " again, or share the picture as JPEG.",
    ),
    "video": (
        "Đây là phim hoặc ảnh AVIF, chưa nhận: chụp ảnh JPEG thay thế.",
        "This is a film or an AVIF picture, which is not taken: send a JPEG picture.",
    ),
    "old_office": (
        "Tệp Office kiểu cũ (DOC, XLS, RTF) hoặc có mật khẩu chưa nhận: mở bằng Word, lưu thành DOCX hoặc PDF.",
        "Old or protected Office files (DOC, XLS, RTF) are not taken: save them as DOCX or PDF.",
    ),
    "gif": ("Ảnh GIF chưa nhận: lưu thành PNG hoặc JPEG.", "GIF is not taken: save it as PNG or JPEG."),
    "tiff": (
        "Ảnh TIFF, BMP chưa nhận: lưu thành JPEG, PNG hoặc PDF rồi gửi.",
        "TIFF and BMP are not taken: save it as JPEG, PNG or PDF.",
    ),
    "archive": (
        f"Tệp nén, hoặc tệp Office không phải Word, không nhận: gửi từng giấy tờ một. {TAKEN_VI}",
        f"Archives and Office files other than Word are not taken: send each paper by itself. {TAKEN_EN}",
    ),
    "unknown": (
        f"Không nhận ra đây là loại tệp gì. {TAKEN_VI}",
        f"It is not clear what kind of file this is. {TAKEN_EN}",
    ),
    "pixels": (
        f"Ảnh có quá nhiều điểm ảnh (giới hạn {MOST_PIXELS // 1_000_000} triệu): chụp lại ở độ phân giải thấp hơn.",
        f"The picture has too many pixels (limit {MOST_PIXELS // 1_000_000} million): take it at a lower resolution.",
    ),
    "animated": (
        "Ảnh động không phải là giấy tờ: gửi ảnh tĩnh.",
        "A moving picture is no paper: send a still picture.",
    ),
    "damaged": (
        "Tệp bị hỏng hoặc bị cắt cụt: mở thử trên máy, lưu lại rồi gửi.",
        "The file is damaged or cut short: open it, save it again, then send it.",
    ),
    "memory": (
        "Đọc tệp tốn quá nhiều bộ nhớ nên đã dừng.",
        "Reading the file used too much memory and was stopped.",
    ),
    "pdf_locked": (
        "PDF có mật khẩu: gỡ mật khẩu (in lại thành PDF) rồi gửi.",
        "The PDF has a password: print it to PDF again without one, then send it.",
    ),
    "locked": ("Tệp có mật khẩu: gỡ mật khẩu rồi gửi.", "The file has a password: remove it, then send it."),
    "pdf_script": (
        "PDF có mã JavaScript chạy được: in lại thành PDF rồi gửi.",
        "The PDF holds JavaScript: print it to PDF again, then send it.",
    ),
    "pdf_launch": (
        "PDF có lệnh mở chương trình, gửi dữ liệu hoặc phát phim: in lại thành PDF rồi gửi.",
        "The PDF holds an action that starts a program, sends data or plays media: print it to PDF again.",
    ),
    "pdf_embedded": (
        "PDF có tệp nhúng bên trong: gửi riêng từng tệp.",
        "The PDF has files embedded in it: send each file by itself.",
    ),
    "pdf_form": (
        "PDF là biểu mẫu XFA có mã chạy được: in lại thành PDF rồi gửi.",
        "The PDF is an XFA form, which runs code: print it to PDF again.",
    ),
    "pdf_large": (
        "PDF quá lớn hoặc quá phức tạp: tách thành nhiều tệp.",
        "The PDF is too large or too complex: split it into several files.",
    ),
    "docx_macro": (
        "Tệp Word có macro: lưu thành DOCX thường (không macro) hoặc PDF rồi gửi.",
        "The Word file has macros: save it as a plain DOCX or as PDF.",
    ),
    "docx_embedded": (
        "Tệp Word có đối tượng nhúng (OLE, ActiveX): lưu thành PDF rồi gửi.",
        "The Word file has embedded objects (OLE, ActiveX): save it as PDF.",
    ),
    "docx_remote": (
        "Tệp Word gọi nội dung từ nơi khác (mẫu từ xa, DDE): lưu thành PDF rồi gửi.",
        "The Word file calls for content from elsewhere (remote template, DDE): save it as PDF.",
    ),
    "bomb": (
        "Tệp nén phồng lên quá lớn khi mở: không nhận.",
        "The file grows beyond all measure when it is unpacked: refused.",
    ),
}


def refusal(code: object, values: object) -> tuple[str, str]:
    """The sentence of a code in both languages; an unknown code is damage. `values` of the child are not believed."""
    del values
    return REFUSALS.get(str(code), REFUSALS["damaged"])


def infected(found: str) -> tuple[str, str]:
    """What is said of a file in which the scanner found something."""
    name = "".join(c for c in found if c.isprintable())[:80]
    return (
        f"Phần mềm quét vi-rút báo “{name}”: không nhận. Báo bộ phận công nghệ thông tin.",
        f"The virus scanner reports “{name}”: refused. Tell your IT people.",
    )
