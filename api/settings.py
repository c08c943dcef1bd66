"""One frozen settings object; the only reader of the environment."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """Settings with the prefix DUONGGANG_, from the environment or a `.env` file in the checkout."""

    model_config = SettingsConfigDict(
        env_prefix="DUONGGANG_", env_file=REPOSITORY / ".env", frozen=True, extra="ignore"
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
    host: str = Field(default="127.0.0.1", description="Chỉ nhận địa chỉ nội bộ cho đến khi có đăng nhập.")
    port: int = Field(default=8000, ge=0, le=65535)
    basemap_url: str | None = Field(
        default=None, description="Nền bản đồ dạng gạch {z}/{x}/{y}; bỏ trống thì không gọi ra ngoài."
    )
    basemap_attribution: str = ""

    @field_validator("host")
    @classmethod
    def only_loopback(cls, host: str) -> str:
        """Until people sign in, nobody but this machine may reach the server."""
        if host not in LOOPBACK:
            raise ValueError(
                "chưa có đăng nhập nên máy chủ chỉ nghe trên 127.0.0.1 "
                "(there is no sign-in yet, so the server listens on loopback only)"
            )
        return host

    @field_validator("anchor", mode="before")
    @classmethod
    def blank_is_the_default(cls, anchor: object) -> object:
        """An empty line in `.env` means no choice, not the present folder."""
        return None if isinstance(anchor, str) and not anchor.strip() else anchor

    @field_validator("database_url")
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
