"""The fields that the form of a case and that of a correction share: read, checked, and a refusal in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form

from api.pages import case_parts
from api.pages.forms import day_of
from api.pages.labels import CASE_FIELDS, Pair
from api.usecases.entries import CaseChange
from projects.errors import Fault, InvalidInput, StaleVersion

FIELDS = (
    "step",
    "effective_on",
    "promised_on",
    "document",
    "obstacle",
    "reason",
    "note",
    "on_behalf_of",
    "signer",
    "body",
    "document_sha256",
)
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change was not written: title, sentence, both states (409), faults of no single field."""

    title: Pair
    detail: str
    both: list[case_parts.Compared]
    general: list[str]


def read_form(
    step: Text = "",
    effective_on: Text = "",
    promised_on: Text = "",
    document: Text = "",
    obstacle: Text = "",
    reason: Text = "",
    note: Text = "",
    on_behalf_of: Text = "",
    signer: Text = "",
    body: Text = "",
    document_sha256: Text = "",
) -> dict[str, str]:
    """What was typed, field by field."""
    return {
        "step": step,
        "effective_on": effective_on,
        "promised_on": promised_on,
        "document": document,
        "obstacle": obstacle,
        "reason": reason,
        "note": note,
        "on_behalf_of": on_behalf_of,
        "signer": signer,
        "body": body,
        "document_sha256": document_sha256,
    }


EnteredDep = Annotated[dict[str, str], Depends(read_form)]


def parse(entered: dict[str, str], version: str) -> tuple[int, CaseChange]:
    """The version seen and the change that the form holds. Raises InvalidInput with every fault."""
    faults: list[Fault] = []
    if not version.isdecimal() or len(version) > 9:
        faults.append(
            Fault("version", "Thiếu phiên bản: tải lại trang.", "Version missing: reload the page.")
        )
    if not entered["step"]:
        faults.append(Fault("step", "Chưa chọn bước.", "No step chosen."))
    effective = day_of(entered["effective_on"], "effective_on", faults)
    if not entered["effective_on"].strip():
        faults.append(Fault("effective_on", "Thiếu ngày hiệu lực.", "Effective date missing."))
    promised = day_of(entered["promised_on"], "promised_on", faults)
    if faults or effective is None:
        raise InvalidInput(faults)
    return int(version), CaseChange(
        step=entered["step"],
        effective_on=effective,
        promised_on=promised,
        obstacle=entered["obstacle"] or None,
        # Browsers send line ends as CR LF; without this an untouched note would look changed.
        note=entered["note"].replace("\r\n", "\n").strip() or None,
        document=entered["document"].strip() or None,
        reason=entered["reason"].replace("\r\n", "\n").strip() or None,
        on_behalf_of=entered.get("on_behalf_of", "").strip() or None,
        signer=entered.get("signer", "").strip() or None,
        body=entered.get("body", "").strip() or None,
        document_sha256=entered.get("document_sha256", "").strip() or None,
    )


def fields_of(state: Mapping[str, Any]) -> dict[str, str]:
    """What a state (and what is said about its event) looks like in the fields of the form."""
    return {name: str(state[name] or "") for name in FIELDS if name in state}


def stale(error: StaleVersion, lang: str) -> Refusal:
    """Somebody was faster: both states, and which fields both sides changed."""
    names = [CASE_FIELDS[name][0 if lang == "vi" else 1] for name in error.fields]
    both = say(lang, f"Hai bên cùng sửa: {', '.join(names)}. ", f"Both sides changed: {', '.join(names)}. ")
    return Refusal(
        ("người khác vừa sửa hồ sơ này", "somebody else has just changed this case"),
        (both if names else "")
        + say(
            lang,
            "So sánh hai trạng thái; chưa có gì của bạn được ghi.",
            "Compare both states; nothing of yours was written.",
        ),
        case_parts.compared(error.current, error.wanted, lang, clash=error.fields),
        [],
    )


def reused(lang: str) -> Refusal:
    """The form came back with other content under the same key."""
    return Refusal(
        ("mẫu này đã được gửi với nội dung khác", "this form was already sent with other content"),
        say(
            lang,
            "Lần gửi trước đã được ghi. Kiểm tra trạng thái rồi ghi tiếp nếu cần.",
            "The earlier submission was recorded. Check the state, then record again if needed.",
        ),
        [],
        [],
    )


def refused(faults: tuple[Fault, ...], lang: str) -> tuple[Refusal, dict[str, list[str]]]:
    """What is to mend: in general, and field by field."""
    by_field: dict[str, list[str]] = defaultdict(list)
    general: list[str] = []
    for fault in faults:
        message = say(lang, fault.vi, fault.en)
        if fault.where in FIELDS:
            by_field[fault.where].append(message)
        else:
            general.append(message)
    count = len(faults)
    detail = say(
        lang,
        f"Có {count} điểm chưa đạt; lý do đứng cạnh từng mục bên dưới.",
        f"{count} point{'s' if count > 1 else ''} to mend; the reason stands beside each field below.",
    )
    return Refusal(("chưa đủ điều kiện", "conditions not met"), detail, [], general), dict(by_field)


def say(lang: str, vi: str, en: str) -> str:
    """One of two sentences."""
    return vi if lang == "vi" else en
