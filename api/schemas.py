"""Request models and the JSON form of answers: the public contract."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.usecases.cases import CaseChange


class CasePatch(BaseModel):
    """A change of a case: name the version you read and the fields that change; the rest stays.

    `effective_on` is the day on which it became true and is needed when the step changes.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "version": 1,
                    "step": "S90",
                    "effective_on": "2026-03-13",
                    "document": "1234/QĐ-UBND",
                }
            ]
        },
    )

    version: int = Field(ge=1, description="Phiên bản hồ sơ mà bạn đã đọc.")
    step: str | None = Field(default=None, description="Bước mới, ví dụ S90.", max_length=8)
    effective_on: date | None = Field(default=None, description="Ngày có hiệu lực; mặc định là ngày số liệu.")
    promised_on: date | None = Field(default=None, description="Ngày hẹn bàn giao; null để xoá.")
    obstacle: str | None = Field(default=None, description="Mã vướng mắc; null để xoá.", max_length=40)
    note: str | None = None
    document: str | None = Field(default=None, description="Số văn bản làm căn cứ.")
    reason: str | None = Field(default=None, description="Lý do; bắt buộc khi lùi bước.")

    def applied_to(self, current: CaseChange) -> CaseChange:
        """The full change: fields that were sent replace those of `current`."""
        sent = self.model_dump(exclude_unset=True, exclude={"version"})
        if sent.get("step") is None:
            sent.pop("step", None)
        if sent.get("effective_on") is None:
            sent.pop("effective_on", None)
        fields = {name: getattr(current, name) for name in CaseChange.__dataclass_fields__}
        return CaseChange(**(fields | sent))


class CaseOut(BaseModel):
    """The state of a case after a change."""

    code: str
    step: str
    step_on: date
    promised_on: date | None
    obstacle: str | None
    note: str | None
    version: int


def plain(value: object) -> Any:
    """A frozen view as JSON values; dates as ISO text, decimals as numbers, sets sorted."""
    return TypeAdapter(type(value)).dump_python(value, mode="json")
