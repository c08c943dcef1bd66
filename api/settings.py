"""One frozen settings object; the only reader of the environment."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from projects.errors import Fault

REPOSITORY = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


SHORTEST_SECRET = 32
EXAMPLE_SECRET = "doi-chuoi-nay-thanh-chuoi-ngau-nhien-dai"  # stands in .env.example; never good in earnest


class Settings(BaseSettings):
    """Settings with the prefix DUONGGANG_, from the environment or a `.env` file in the checkout."""

    model_config = SettingsConfigDict(
        env_prefix="DUONGGANG_",
        env_file=REPOSITORY / ".env",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # what was set may be a secret
    )

    home: Path = Field(
        default=REPOSITORY / ".duonggang", description="Thư mục dữ liệu: cụm PostgreSQL riêng, tệp minh hoạ."
    )
    database_url: str | None = Field(
        default=None, description="PostgreSQL có PostGIS; bỏ trống thì dùng cụm riêng trong thư mục dữ liệu."
    )
    anchor: Path | None = Field(
        default=None,
        description="Tệp neo của lịch sử; nên ở ổ khác hoặc máy khác. Mặc định <home>/anchor.jsonl.",
    )
    data: Path = Field(default=REPOSITORY / "data", description="Thư mục danh mục dự án (data/portfolio, …).")
    app_database_url: str | None = Field(
        default=None,
        description="Cùng cơ sở dữ liệu ấy với vai trò duonggang_app, không sở hữu gì; máy chủ web dùng nó.",
    )
    demo: bool = Field(
        default=False, description="Chế độ trình diễn: thửa minh hoạ, tài khoản mẫu; chỉ trên máy này."
    )
    secret: str | None = Field(
        default=None,
        repr=False,
        description="Chuỗi bí mật ít nhất 32 ký tự; chế độ trình diễn tự tạo trong thư mục dữ liệu.",
    )
    origin: str | None = Field(
        default=None,
        description="Địa chỉ người dùng gõ, https://…; cần khi nghe ngoài máy này hoặc đứng sau proxy.",
    )
    trusted_proxies: str = Field(
        default="", description="Địa chỉ các proxy được tin về nguồn yêu cầu, cách nhau dấu phẩy."
    )
    session_idle_minutes: int = Field(default=60, ge=1, le=24 * 60)
    session_hours: int = Field(default=12, ge=1, le=7 * 24)
    requests_per_minute: int = Field(
        default=1200, ge=10, description="Của một tài khoản; của một mạng chưa đăng nhập thì gấp đôi."
    )
    min_run_m: float = Field(
        default=500.0,
        gt=0,
        le=100_000,
        description="Đoạn liền đủ dài để thi công (m): phần mặt bằng nằm trong các đoạn từ chừng này trở lên.",
    )
    obstacle_period_days: int = Field(
        default=14,
        ge=1,
        le=365,
        description="Một kỳ quá hạn của vướng mắc (ngày): qua hạn thì lên một cấp, hết mỗi kỳ lại lên một cấp.",
    )
    import_second_person: bool = Field(
        default=True,
        description="Mỗi lần nhập thửa cần người thứ hai chấp nhận; tắt thì chỉ khi đổi, bỏ thửa đã có.",
    )
    import_max_mb: int = Field(default=200, ge=1, le=2000, description="Giới hạn một tệp gửi lên, MB.")
    import_quota_mb: int = Field(default=5000, ge=1, description="Chỗ cho tệp gửi lên của một dự án, MB.")
    document_max_mb: int = Field(
        default=30, ge=1, le=500, description="Giới hạn một giấy tờ hay ảnh của hồ sơ, MB."
    )
    document_quota_mb: int = Field(
        default=50_000, ge=1, description="Chỗ cho giấy tờ và ảnh của một dự án, MB."
    )
    clamd_socket: Path | None = Field(
        default=None,
        description="Ổ cắm Unix của clamd để quét vi-rút; bỏ trống thì không quét và trang nói rõ.",
    )
    public_page: bool | None = Field(
        default=None,
        description="Trang /cong-khai không cần đăng nhập; bỏ trống: bật khi trình diễn, tắt khi dùng thật.",
    )
    smtp_host: str | None = Field(default=None, description="Máy chủ thư (SMTP); bỏ trống thì không gửi thư.")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="Mã hoá đường thư; none chỉ khi máy chủ thư ở ngay máy này."
    )
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_from: str = Field(default="duong-gang@localhost", description="Địa chỉ gửi của thư.")
    webhook_url: str | None = Field(
        default=None,
        description="Nơi nhận tin (POST JSON có chữ ký) khi giao việc đổi và khi có số liệu kỳ mới.",
    )
    webhook_secret: str | None = Field(
        default=None, repr=False, description="Chuỗi bí mật ký tin; bắt buộc khi có địa chỉ nhận tin."
    )
    risk_iterations: int = Field(
        default=10_000, ge=100, le=100_000, description="Số lần mô phỏng rủi ro của một dự án."
    )
    risk_work_low_percent: float = Field(
        default=-10.0, ge=-90, le=0, description="Giả định công việc nhanh nhất so với kế hoạch, %."
    )
    risk_work_high_percent: float = Field(
        default=25.0, ge=0, le=500, description="Giả định công việc chậm nhất so với kế hoạch, %."
    )
    risk_land_low_percent: float = Field(
        default=-10.0, ge=-90, le=0, description="Giả định bàn giao đất sớm nhất khi chưa có ghi nhận, %."
    )
    risk_land_high_percent: float = Field(
        default=50.0, ge=0, le=500, description="Giả định bàn giao đất muộn nhất khi chưa có ghi nhận, %."
    )
    risk_ward_correlation: float = Field(
        default=0.5, ge=0, lt=1, description="Tương quan giữa các hồ sơ cùng phường, xã khi mô phỏng."
    )
    host: str = Field(default="127.0.0.1", description="Ngoài máy này chỉ khi tắt trình diễn và có https.")
    port: int = Field(default=8000, ge=0, le=65535)
    basemap_url: str | None = Field(
        default=None, description="Nền bản đồ dạng gạch {z}/{x}/{y}; bỏ trống thì không gọi ra ngoài."
    )
    basemap_attribution: str = ""

    @field_validator(
        "anchor",
        "secret",
        "origin",
        "clamd_socket",
        "public_page",
        "smtp_host",
        "smtp_user",
        "smtp_password",
        "webhook_url",
        "webhook_secret",
        mode="before",
    )
    @classmethod
    def blank_is_the_default(cls, value: object) -> object:
        """An empty line in `.env` means no choice: not the present folder, not an empty secret."""
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("database_url", "app_database_url")
    @classmethod
    def with_psycopg(cls, url: str | None) -> str | None:
        """Accepts the usual postgresql:// form and names the driver that is installed."""
        if url is None or not url.strip():
            return None
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        if not url.startswith("postgresql+psycopg://"):
            raise ValueError("cần địa chỉ postgresql://… (expected a postgresql:// address)")
        return url

    @model_validator(mode="after")
    def basemap_says_whose_it_is(self) -> Settings:
        """A tile service without attribution would break its licence."""
        if self.basemap_url and not self.basemap_attribution.strip():
            raise ValueError("DUONGGANG_BASEMAP_URL cần DUONGGANG_BASEMAP_ATTRIBUTION đi kèm")
        return self

    @model_validator(mode="after")
    def nothing_unsafe(self) -> Settings:
        """Stops the start with every sentence at once when what is set is not safe."""
        if faults := unsafe(self):
            raise ValueError("; ".join(f"{f.where}: {f.vi} ({f.en})" for f in faults))
        return self

    @property
    def shows_public_page(self) -> bool:
        """Whether `/cong-khai` answers: as set, otherwise in demo mode only."""
        return self.demo if self.public_page is None else self.public_page

    @property
    def secret_key(self) -> str:
        """The secret that forms are signed with. Raises ValueError without one: `serve` makes the demo's."""
        if self.secret is None:
            raise ValueError("DUONGGANG_SECRET is not set")
        return self.secret

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which the server may be addressed."""
        named = urlsplit(self.origin).hostname if self.origin else None
        return LOOPBACK | ({named} if named else set())

    @property
    def own_origin(self) -> str | None:
        """The origin that browsers send with a write, as they write it: lower case, no default port, no slash."""
        if self.origin is None:
            return None
        parts = urlsplit(self.origin)
        standard = {"https": 443, "http": 80}.get(parts.scheme)
        port = f":{parts.port}" if parts.port not in (None, standard) else ""
        name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{name}{port}"

    @property
    def proxies(self) -> tuple[str, ...]:
        """The addresses and networks whose word on where a request comes from is taken."""
        return tuple(filter(None, (part.strip() for part in self.trusted_proxies.split(","))))

    @property
    def anchor_file(self) -> Path:
        """Where the heads of the history are written down."""
        return self.anchor or self.home / "anchor.jsonl"

    @property
    def basemap_origin(self) -> str | None:
        """The origin that the content security policy lets images come from, with a basemap only."""
        if not self.basemap_url:
            return None
        parts = urlsplit(self.basemap_url.replace("{s}", "*"))
        return f"{parts.scheme}://{parts.netloc}"


class UncheckedSettings(Settings):
    """The same without a look at what is safe, for saying everything that is not. Nothing is ever served with it."""

    @model_validator(mode="after")
    def nothing_unsafe(self) -> UncheckedSettings:
        """Lets everything pass."""
        return self


def unsafe(settings: Settings) -> list[Fault]:
    """What is set and not safe: in demo mode only what would open the demo to others, otherwise everything."""
    found: list[Fault] = []
    local = settings.host in LOOPBACK

    def say(name: str, vi: str, en: str) -> None:
        found.append(Fault(f"DUONGGANG_{name}", vi, en))

    if settings.origin is not None:
        parts = urlsplit(settings.origin)
        if not _is_origin(settings.origin):
            say("ORIGIN", "cần dạng https://tên-máy", "expected https://host")
        elif parts.scheme != "https" and parts.hostname not in LOOPBACK:
            say(
                "ORIGIN",
                "phải là https: cookie phiên chỉ đi qua https",
                "must be https: the session cookie needs it",
            )
        if settings.demo and parts.hostname not in LOOPBACK:
            say(
                "ORIGIN",
                "chế độ trình diễn không mở ra ngoài máy này, kể cả qua proxy",
                "demo mode is not opened to others, by a proxy neither",
            )
    for proxy in settings.proxies:
        if not _is_network(proxy):
            say(
                "TRUSTED_PROXIES",
                f"“{proxy[:60]}” không phải địa chỉ IP hay mạng con (ví dụ 10.0.0.5, 10.0.0.0/24)",
                f"“{proxy[:60]}” is neither an IP address nor a network that is smaller than all",
            )
    if not local and settings.demo:
        say("HOST", "chế độ trình diễn chỉ nghe trên máy này", "demo mode listens on loopback only")
    if not local and settings.origin is None:
        say(
            "HOST",
            "nghe ngoài máy này cần DUONGGANG_ORIGIN=https://…",
            "beyond loopback needs DUONGGANG_ORIGIN",
        )
    if (
        settings.smtp_host is not None
        and settings.smtp_security == "none"
        and settings.smtp_host not in LOOPBACK
    ):
        say(
            "SMTP_SECURITY",
            "thư ra ngoài máy này phải mã hoá",
            "mail beyond this machine must be encrypted",
        )
    if settings.webhook_url is not None:
        if urlsplit(settings.webhook_url).scheme != "https" and (
            urlsplit(settings.webhook_url).hostname not in LOOPBACK
        ):
            say("WEBHOOK_URL", "phải là https://…", "must be https://…")
        if settings.webhook_secret is None or len(settings.webhook_secret) < SHORTEST_SECRET:
            say(
                "WEBHOOK_SECRET",
                f"cần ít nhất {SHORTEST_SECRET} ký tự",
                f"needs at least {SHORTEST_SECRET} characters",
            )
    if settings.secret is not None:
        if settings.secret == EXAMPLE_SECRET or len(set(settings.secret)) < 8:
            say("SECRET", "còn là chuỗi mẫu: hãy đổi", "is still the example: change it")
        elif len(settings.secret) < SHORTEST_SECRET:
            say(
                "SECRET",
                f"cần ít nhất {SHORTEST_SECRET} ký tự",
                f"needs at least {SHORTEST_SECRET} characters",
            )
    return found


def _is_origin(text: str) -> bool:
    """Scheme, host and maybe a port; nothing else."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        return False
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain and port != 0


def _is_network(text: str) -> bool:
    """One address or a network, never every address."""
    try:
        return ipaddress.ip_network(text).prefixlen > 0
    except ValueError:
        return False


def not_ready(settings: Settings) -> list[Fault]:
    """What keeps a server from starting in earnest, besides `unsafe`. Empty in demo mode."""
    if settings.demo:
        return []
    found: list[Fault] = []
    if settings.secret is None:
        found.append(
            Fault(
                "DUONGGANG_SECRET",
                "chưa đặt; tạo bằng: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
                "is not set; make one with the same command",
            )
        )
    if settings.database_url is not None and settings.app_database_url is None:
        found.append(
            Fault(
                "DUONGGANG_APP_DATABASE_URL",
                "chưa đặt: máy chủ web phải nối bằng vai trò duonggang_app, không bằng chủ các bảng",
                "is not set: the web server connects as duonggang_app, never as the owner of the tables",
            )
        )
    return found
