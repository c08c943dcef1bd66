"""Which clearance step may follow which, what each move must carry, and why a move is refused.

Source: fact sheet 1.3 as corrected by the rule table, section 3. Legal clocks (earliest and latest days) are
not judged here: they need dates that a headline state does not hold. What is judged: the order of the steps,
the document, the reason of an unusual move and the dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.codes import LAND_CODES, OBSTACLES, land_kind
from projects.errors import Fault, IllegalStep
from projects.steps import STEP_GROUPS, STEPS, Step, basis_en, rests_on

__all__ = [
    "LAND_CODES",
    "OBSTACLES",
    "STEPS",
    "STEP_GROUPS",
    "Step",
    "all_moves",
    "allowed_steps",
    "check_transition",
    "gives_possession",
    "is_cleared",
    "land_kind",
    "needs_document",
    "needs_reason",
    "wants_land",
]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of move: whether it needs a document and a reason, and what the reason has to say."""

    document: bool
    reason_vi: str = ""  # empty: no reason needed
    reason_en: str = ""


_FORWARD = _Kind(document=True)
_AREA = _Kind(
    True,
    "bước trung gian ghi ở cấp khu vực: phải nêu biên bản, kế hoạch chung đó",
    "the step between is recorded for the whole area: name that plan or minutes",
)
_AGAIN = _Kind(
    True,
    "phải nêu lý do ban hành lại (thông báo có hiệu lực 12 tháng, Luật Đất đai 31/2024/QH15, Điều 85 khoản 5)",
    "say why the notice is issued again (valid 12 months, Land Law 31/2024/QH15, Art. 85(5))",
)
_FAST = _Kind(
    True,
    "thu hồi trước khi phê duyệt phương án phải nêu căn cứ (Nghị quyết 254/2025/QH15, Điều 3 khoản 3 điểm a)",
    "recovery before the plan is approved must name its ground (Resolution 254/2025/QH15, Art. 3(3)(a))",
)
_CONSENT = _Kind(
    True,
    "bàn giao trước phải nêu văn bản đồng ý (Luật Đất đai 31/2024/QH15, Điều 85 khoản 2)",
    "early handover must name the recorded consent (Land Law 31/2024/QH15, Art. 85(2))",
)
_BACK = _Kind(False, "lùi bước phải nêu lý do", "a backward move needs a reason")
_ANNUL = _Kind(
    True,
    "lùi sau quyết định thu hồi phải nêu kết luận trái pháp luật (Nghị định 102/2024/NĐ-CP, Điều 40 khoản 1) "
    "hoặc quyết định điều chỉnh (Nghị định 88/2024/NĐ-CP, Điều 7a)",
    "going back after the recovery decision must name the finding that it is unlawful (Decree 102/2024, "
    "Art. 40(1)) or the adjusting decision (Decree 88/2024, Art. 7a)",
)
_PAUSE = _Kind(True, "tạm dừng phải nêu lý do", "a pause needs a reason")
_RESUME = _Kind(True, "đi tiếp sau tạm dừng phải nêu lý do", "going on after a pause needs a reason")
_DROP = _Kind(True, "đưa ra khỏi ranh giới phải nêu lý do", "leaving the boundary needs a reason")
_LOST = _Kind(True, "tái lấn chiếm phải nêu hiện trạng", "re-encroachment must say what was found")

_MOVES: dict[str, dict[str, _Kind]] = {
    "S00": {"S05": _FORWARD, "S10": _AREA, "S20": _AREA},
    "S05": {"S10": _FORWARD, "S20": _AREA},
    "S10": {"S20": _FORWARD},
    "S20": {"S30": _FORWARD, "S40": _FORWARD, "S31": _FORWARD, "S20": _AGAIN},
    "S31": {"S30": _FORWARD, "S32": _FORWARD},
    "S32": {"S30": _FORWARD, "S33": _FORWARD},
    "S33": {"S30": _FORWARD},
    "S30": {"S40": _FORWARD, "S50": _FORWARD, "S100": _CONSENT},
    "S40": {"S30": _FORWARD, "S31": _FORWARD, "S50": _FORWARD, "S100": _CONSENT},
    "S50": {"S60": _FORWARD, "S100": _CONSENT},
    "S60": {"S61": _FORWARD, "S70": _FORWARD, "S50": _BACK, "S90": _FAST, "S100": _CONSENT},
    "S61": {"S70": _FORWARD, "S50": _BACK, "S100": _CONSENT},
    "S70": {"S80": _FORWARD, "S50": _BACK, "S100": _CONSENT},
    "S80": {"S90": _FORWARD, "S85": _FORWARD, "S50": _BACK, "S100": _CONSENT},
    "S85": {"S90": _FORWARD, "S50": _BACK, "S100": _CONSENT},
    "S90": {"S100": _FORWARD, "S95": _FORWARD, "S80": _ANNUL, "S50": _ANNUL},
    "S95": {"S100": _FORWARD, "S97": _FORWARD, "S80": _ANNUL, "S50": _ANNUL},
    "S97": {"S100": _FORWARD, "S80": _ANNUL, "S50": _ANNUL},
    "S100": {"S105": _FORWARD, "S101": _LOST},
    "S105": {"S101": _LOST},
    "S101": {"S100": _FORWARD, "S97": _FORWARD},
    "X1": {},
    "X2": {},
}
# Land that the investor holds can be lost again (S101) but no longer paused or taken out by a decision.
_CAN_PAUSE = tuple(code for code in STEPS if code not in ("S105", "X1", "X2"))
for _code in _CAN_PAUSE:
    _MOVES[_code] |= {"X1": _PAUSE, "X2": _DROP}
_MOVES["X1"] = dict.fromkeys(_CAN_PAUSE, _RESUME) | {"X2": _DROP}


def all_moves() -> tuple[tuple[str, str], ...]:
    """Every pair (step, next step) that the table of moves knows, in order."""
    return tuple((step, wanted) for step in STEPS for wanted in sorted(_MOVES.get(step, {})))


def is_cleared(step: str) -> bool:
    """Whether the holder has left the land: S100 (clearance unit) or S105 (investor)."""
    return step in ("S100", "S105")


def gives_possession(step: str) -> bool:
    """Whether the works may start on the land: only after the handover to the investor or board (S105)."""
    return step == "S105"


def wants_land(step: str) -> bool:
    """Whether the project still needs this case's land, now or later: false once it left the boundary (X2)."""
    return step != "X2"


def allowed_steps(step: str, *, came_from: str | None = None) -> tuple[str, ...]:
    """The steps that may follow `step`, forward ones first, then those that need a reason.

    `came_from` is the step before this one, if the history knows it. It decides two things: inventory (S30)
    and origin (S40) come in either order, and the draft plan (S50) needs both; a pause (X1) ends where it
    began. Without it, S40 is taken to follow S30, and a pause may end anywhere.
    """
    moves = _moves(step, came_from)
    return tuple(sorted(moves, key=lambda code: (bool(moves[code].reason_vi), STEPS[code].order)))


def needs_reason(step: str, wanted: str) -> bool:
    """Whether the move from `step` to `wanted` must carry a reason (backward, early, fast lane, pause)."""
    kind = _MOVES.get(step, {}).get(wanted)
    return kind is not None and bool(kind.reason_vi)


def needs_document(step: str, wanted: str) -> bool:
    """Whether the move must carry a document number: every one except going back inside the plan's making."""
    kind = _MOVES.get(step, {}).get(wanted)
    return kind is not None and kind.document


def check_transition(
    step: str,
    wanted: str,
    *,
    document: str | None,
    reason: str | None,
    effective_on: date,
    step_on: date,
    today: date,
    came_from: str | None = None,
) -> None:
    """Accept the move from `step` (in effect since `step_on`) to `wanted`, or raise `IllegalStep` with all faults.

    The faults' `where` is the field to mend: step, document, reason or effective_on. `came_from`: see
    `allowed_steps`.
    """
    moves = _moves(step, came_from)
    kind = moves.get(wanted)
    faults: list[Fault] = []
    if kind is None:
        faults.append(_refusal(step, wanted, came_from))
    else:
        paper = STEPS[wanted]
        if kind.document and not (document or "").strip():
            faults.append(
                Fault(
                    "document",
                    f"Thiếu số văn bản: {paper.paper_vi}.{_cited(paper.basis)}",
                    f"Document number missing: {paper.paper_en}.{_cited(basis_en(paper.basis))}",
                )
            )
        if kind.reason_vi and not (reason or "").strip():
            faults.append(Fault("reason", _sentence(kind.reason_vi), _sentence(kind.reason_en)))
    if effective_on < step_on:
        faults.append(
            Fault(
                "effective_on",
                f"Ngày hiệu lực {_day(effective_on)} trước ngày của bước hiện tại ({_day(step_on)}).",
                f"Effective date {_day(effective_on)} is before the present step's date ({_day(step_on)}).",
            )
        )
    if effective_on > today:
        faults.append(
            Fault(
                "effective_on",
                f"Ngày hiệu lực {_day(effective_on)} sau hôm nay ({_day(today)}).",
                f"Effective date {_day(effective_on)} is after today ({_day(today)}).",
            )
        )
    if faults:
        raise IllegalStep(step, wanted, faults, allowed_steps(step, came_from=came_from))


def _moves(step: str, came_from: str | None) -> dict[str, _Kind]:
    moves = dict(_MOVES.get(step, {}))
    if step == "S30":
        moves.pop("S40" if came_from == "S40" else "S50")
    if step == "S40":
        # Straight from the notice: the inventory is still to be done, or refused. Otherwise it lies behind.
        for code in ("S50",) if _skipped_inventory(came_from) else ("S30", "S31"):
            moves.pop(code)
    if step == "X1" and came_from in _CAN_PAUSE:
        moves = {came_from: _RESUME, "X2": _DROP}
    return moves


def _skipped_inventory(came_from: str | None) -> bool:
    return came_from is not None and came_from in STEPS and STEPS[came_from].group == 2


def _refusal(step: str, wanted: str, came_from: str | None) -> Fault:
    """Why there is no move: unknown step, same step, missing predecessors in words, or no way back."""
    unknown = [code for code in (step, wanted) if code not in STEPS]
    if unknown:
        names = ", ".join(repr(code) for code in unknown)
        return Fault("step", f"Không có bước {names}.", f"There is no step {names}.")
    here, there = STEPS[step], STEPS[wanted]
    if step == wanted:
        return Fault(
            "step",
            f"Hồ sơ đang ở bước “{here.label_vi}”.",
            f"The case is already at “{here.label_en}”.",
        )
    missing = [STEPS[code] for code in _missing(step, wanted, came_from)] if here.group else []
    if missing:
        vi = "; ".join(s.paper_vi + _bracket(s.basis) for s in missing)
        en = "; ".join(s.paper_en + _bracket(basis_en(s.basis)) for s in missing)
        return Fault(
            "step",
            f"Chưa ghi được “{there.label_vi}”. Thiếu: {vi}.",
            f"“{there.label_en}” cannot be recorded yet. Missing: {en}.",
        )
    return Fault(
        "step",
        f"Không có đường pháp lý từ “{here.label_vi}” sang “{there.label_vi}”.",
        f"There is no lawful way from “{here.label_en}” to “{there.label_en}”.",
    )


def _missing(step: str, wanted: str, came_from: str | None) -> list[str]:
    """The steps that the law puts before `wanted` and that a case at `step` has not behind it, in order."""
    behind = {step} | rests_on(step)
    if step == "S40" and not _skipped_inventory(came_from):
        behind.add("S30")
    if step == "S30" and came_from == "S40":
        behind.add("S40")
    return sorted(rests_on(wanted) - behind, key=lambda code: STEPS[code].order)


def _cited(basis: str) -> str:
    return f" {basis}." if basis else ""


def _bracket(basis: str) -> str:
    return f" ({basis})" if basis else ""


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
