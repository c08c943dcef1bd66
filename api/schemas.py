"""Request models and the JSON form of answers: the public contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.usecases.entries import EVERYTHING, CaseChange
from projects.law.facts import Fact


class FactIn(BaseModel):
    """One fact: what happened (`kind`), on which day, with which paper; the rest as the kind demands."""

    model_config = ConfigDict(extra="forbid")
    kind: str = Field(max_length=60, description="Loại sự việc, ví dụ notice.served.")
    on: date = Field(description="Ngày xảy ra.")
    land: str = Field(default="", max_length=10, description="agri hoặc non_agri.")
    party: str = Field(default="", max_length=40, description="Mã người liên quan, ví dụ P1.")
    value: str = Field(default="", max_length=200, description="Giá trị mà loại sự việc quy định.")
    amount: Decimal | None = Field(default=None, description="Số tiền, đồng.")
    until: date | None = Field(default=None, description="Thời hạn ghi trong giấy tờ.")
    document: str = Field(default="", max_length=200, description="Số văn bản.")
    signer: str = Field(default="", max_length=200, description="Người ký.")
    body: str = Field(default="", max_length=200, description="Cơ quan ký.")
    file: str = Field(default="", max_length=64, description="SHA-256 của tệp.")

    def fact(self) -> Fact:
        """What was sent, as the use cases take it."""
        return Fact(**self.model_dump())


class Entry(BaseModel):
    """What every write of a case may carry; a field that is not sent stays as it is, null clears it."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="Phiên bản hồ sơ mà bạn đã đọc.")
    step: str | None = Field(default=None, description="Bước, ví dụ S90.", max_length=8)
    effective_on: date | None = Field(default=None, description="Ngày có hiệu lực; mặc định là ngày số liệu.")
    promised_on: date | None = Field(default=None, description="Ngày hẹn bàn giao; null để xoá.")
    obstacle: str | None = Field(default=None, description="Mã vướng mắc; null để xoá.", max_length=40)
    note: str | None = None
    document: str | None = Field(default=None, description="Số văn bản làm căn cứ.")
    reason: str | None = Field(default=None, description="Lý do; bắt buộc khi lùi bước và khi đính chính.")
    document_sha256: str | None = Field(
        default=None, description="SHA-256 của tệp văn bản: 64 chữ số thập lục phân.", max_length=64
    )
    on_behalf_of: str | None = Field(
        default=None, description="Tài khoản của người mà bạn ghi thay.", max_length=64
    )

    signer: str | None = Field(default=None, description="Người ký văn bản của bước.", max_length=500)
    body: str | None = Field(
        default=None, description="Cơ quan, chức vụ mà người ký thay mặt.", max_length=500
    )
    facts: list[FactIn] = Field(default=[], max_length=40, description="Sự việc ghi cùng bước.")

    def change(self) -> CaseChange:
        """What was sent, as the use cases take it."""
        sent = self.model_dump(exclude_unset=True, exclude={"version"})
        if sent.get("step") is None:
            sent.pop("step", None)
        if "facts" in sent:
            sent["facts"] = tuple(each.fact() for each in self.facts)
        return CaseChange(**sent, said=frozenset(sent) & EVERYTHING)


class CasePatch(Entry):
    """A change of a case: name the version you read and the fields that change; the rest stays.

    When somebody else changed other fields meanwhile, both changes hold. `effective_on` is the day on which
    it became true.
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
                    "signer": "Nguyễn Văn Một",
                }
            ]
        },
    )


class CaseCorrection(Entry):
    """What an event of the history should have said: the fields that were wrong, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"version": 4, "effective_on": "2026-03-10", "reason": "Gõ nhầm ngày ký."}]
        },
    )


class MergedOut(BaseModel):
    """What somebody else wrote between the version you read and yours."""

    version: int
    actor: str
    fields: list[str]


class CaseOut(BaseModel):
    """The state of a case after a change."""

    code: str
    step: str
    step_on: date
    promised_on: date | None
    obstacle: str | None
    note: str | None
    version: int
    merged: list[MergedOut] = Field(
        default=[], description="Thay đổi của người khác ở các mục khác, giữ lại cùng thay đổi của bạn."
    )
    overtaken: list[str] = Field(
        default=[], description="Các mục mà một giá trị có hiệu lực muộn hơn đang đứng."
    )


class ProposalOut(BaseModel):
    """The change waits for a second person; the case is as it was."""

    code: str
    proposal: int


def plain(value: object) -> Any:
    """A frozen view as JSON values; dates as ISO text, decimals as numbers, sets sorted, mappings of any kind whole."""
    return TypeAdapter(type(value)).dump_python(value, mode="json", fallback=dict, warnings=False)
