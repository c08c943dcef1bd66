"""What the questions of `geo.posture` are about, as sentences that must be true, with what mends them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence in both languages, the command that mends it, and whether a server starts without it."""

    vi: str
    en: str
    fix: str
    stops: bool = True


RULES: dict[str, Rule] = {
    "superuser": Rule(
        "Vai trò web không phải superuser", "the web role is no superuser",
        "alter role duonggang_app nosuperuser",
    ),
    "bypassrls": Rule(
        "Vai trò web không có BYPASSRLS", "the web role has no BYPASSRLS",
        "alter role duonggang_app nobypassrls",
    ),
    "attributes": Rule(
        "Vai trò web không tạo được vai trò, cơ sở dữ liệu, bản sao",
        "the web role makes no roles, databases or replicas",
        "alter role duonggang_app nocreaterole nocreatedb noreplication",
    ),
    "login": Rule(
        "Máy chủ web đăng nhập bằng chính vai trò của nó", "the web server signs in as its own role",
        "DUONGGANG_APP_DATABASE_URL=postgresql://duonggang_app…",
    ),
    "membership": Rule(
        "Vai trò web không thuộc vai trò nào khác", "the web role is a member of no other",
        "revoke … from duonggang_app",
    ),
    "ownership": Rule(
        "Vai trò web không sở hữu gì", "the web role owns nothing",
        "alter … owner to duonggang",
    ),
    "creating": Rule(
        "Vai trò web không tạo được bảng hay lược đồ", "the web role can make no tables or schemas",
        "revoke create on schema public from public",
    ),
    "unprotected": Rule(
        "Bảng có dữ liệu người, đất đều bật RLS", "row-level security is on",
        "alter table … enable row level security",
    ),
    "unforced": Rule(
        "RLS ràng buộc cả chủ bảng", "row-level security is forced on owners too",
        "alter table … force row level security",
    ),
    "policies": Rule(
        "Mỗi bảng có chính sách cho vai trò web", "each table has a policy for the web role",
        "duonggang db upgrade",
    ),
    "open_policies": Rule(
        "Không chính sách nào mở cho tất cả", "no policy is open to all",
        "drop policy …",
    ),
    "views": Rule(
        "Khung nhìn theo quyền của người hỏi", "views ask with the rights of the asker",
        "alter view … set (security_invoker = true)",
    ),
    "definers": Rule(
        "Hàm chạy quyền chủ có search_path cố định", "definer functions have a fixed search_path",
        "alter function … set search_path = public, pg_temp",
    ),
    "history_rights": Rule(
        "Vai trò web không sửa, xoá được lịch sử", "the web role cannot change or delete history",
        "revoke update, delete, truncate on … from duonggang_app",
    ),
    "history_triggers": Rule(
        "Lịch sử chỉ thêm được, có chuỗi mã", "history is append-only and chained",
        "alter table event enable trigger …",
    ),
    "checksums": Rule(
        "Cơ sở dữ liệu có mã kiểm trang", "data checksums are on",
        "pg_checksums --enable", stops=False,
    ),
    "durability": Rule(
        "Đã ghi là còn sau khi mất điện", "what was committed survives a power cut",
        "fsync = on, full_page_writes = on, synchronous_commit = on",
    ),
    "values_in_log": Rule(
        "Nhật ký PostgreSQL không ghi giá trị của dòng", "PostgreSQL's log holds no values of rows",
        "log_error_verbosity = terse, log_statement = ddl, log_min_duration_statement = -1, "
        "log_parameter_max_length_on_error = 0", stops=False,
    ),
    "unencrypted": Rule(
        "Nối cơ sở dữ liệu qua socket, trong máy này hoặc TLS", "the connection is local or TLS",
        "DUONGGANG_APP_DATABASE_URL=…?sslmode=verify-full",
    ),
}  # fmt: skip
