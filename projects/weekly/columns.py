"""The columns of the official weekly table: 35 numbers, some of them with several parts.

Source: fact sheet section 3, "Typical biểu tổng hợp" (no official template was found; rebuilt from what wards report).
A column counts, measures, or says; what nothing here counts yet is `absent` and shows as not known, never as zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from projects.weekly import counting as at
from projects.weekly.counting import Bundle

Kind = Literal[
    "label", "count", "fixed", "things", "m2", "money", "length", "date", "text", "verdict", "absent"
]  # fmt: skip
Test = Callable[[Bundle], bool]

GROUPS: dict[str, tuple[str, str]] = {
    "": ("", ""),
    "volume": ("Khối lượng", "Volume"),
    "result": ("Kết quả luỹ kế", "Results to date"),
    "pay": ("Chi trả", "Payment"),
    "handover": ("Đã bàn giao", "Handed over"),
    "after": ("Sau chi trả, tồn tại", "After payment, remaining"),
    "plan": ("So kế hoạch", "Against the plan"),
}
UNITS: dict[str, tuple[str, str]] = {
    "ho-so": ("hồ sơ", "cases"),
    "thua": ("thửa", "parcels"),
    "ho": ("hộ, cá nhân", "households"),
    "to-chuc": ("tổ chức", "organisations"),
}
_HOLDERS = {"ho": "household", "to-chuc": "organisation"}


@dataclass(frozen=True, slots=True)
class Column:
    """One leaf column. `number`, `part`: of the form ("19", "b"); `kind`: what it holds.

    count: cases in the chosen unit · fixed: cases in a unit of its own (`unit`) · m2: their land · money: what was
    paid, in tỷ đồng · things: graves to be moved · absent: nothing here counts it. `test` picks the
    cases; `needs`: kinds of facts of which a ward must have at least one, else the figure is not known. `share`: drawn
    as part of the row's own cases. `short`: in the short form of the page. `from_before`: told from the week before.
    """

    number: int
    part: str
    group: str
    vi: str
    en: str
    kind: Kind
    test: Test | None = None
    unit: str = ""
    measure: str = "area_m2"
    needs: frozenset[str] = frozenset()
    share: bool = False
    short: bool = False
    from_before: bool = False

    @property
    def key(self) -> str:
        """Its name in an address: "13", "19b"."""
        return f"{self.number}{self.part}"

    @property
    def opens(self) -> bool:
        """Whether its figure has a list of cases behind it."""
        return self.test is not None

    @property
    def moves(self) -> bool:
        """Whether its figure stands for graves or utilities, whose page is another."""
        return self.number in (11, 25, 35)


def _all(bundle: Bundle) -> bool:
    return True


def _step(step: str) -> Test:
    return lambda bundle: at.passed(bundle, step)


def _holder(kind: str) -> Test:
    return lambda bundle: bundle.holder == kind


def _fact(*kinds: str) -> Test:
    wanted = frozenset(kinds)
    return lambda bundle: not wanted.isdisjoint(bundle.facts)


PAID = ("payment.full", "payment.part")
MONEY = frozenset({*PAID, "payment.invited", "payment.refused", "payment.deposited"})
HOUSED = ("resettlement.handed", "resettlement.temporary")
RESETTLED = frozenset({*HOUSED, "resettlement.needed", "resettlement.drawn"})
COMPLAINTS = ("complaint.received", "complaint.accepted", "complaint.second_accepted", "suit.filed")

C = Column
COLUMNS: tuple[Column, ...] = (
    C(1, "", "", "STT", "No.", "label"),
    C(2, "", "", "Dự án, dự án thành phần", "Project, component", "label", short=True),
    C(3, "", "", "Phường, xã", "Ward", "label", short=True),
    C(4, "", "", "Chủ đầu tư", "Investor", "label"),
    C(5, "", "", "Chiều dài đoạn (m)", "Length (m)", "length"),
    C(6, "", "volume", "tổng diện tích (m²)", "area (m²)", "m2", _all, short=True),
    C(6, "a", "volume", "đất ở (m²)", "housing (m²)", "m2", _all, measure="housing_m2"),
    C(6, "b", "volume", "nông nghiệp (m²)", "farmland (m²)", "m2", _all, measure="farm_m2"),
    C(6, "c", "volume", "đất khác, công (m²)", "other, public (m²)", "m2", _all, measure="other_m2"),
    C(6, "d", "volume", "của tổ chức (m²)", "of organisations (m²)", "m2", _holder("organisation")),
    C(7, "", "volume", "số thửa", "parcels", "fixed", _all, unit="thua"),
    C(8, "", "volume", "số hộ", "households", "fixed", _holder("household"), unit="ho-so"),
    C(9, "", "volume", "số tổ chức", "organisations", "fixed", _holder("organisation"), unit="ho-so"),
    C(10, "", "volume", "số hồ sơ, phương án", "cases, plans", "fixed", _all, unit="ho-so", short=True),
    C(11, "", "volume", "số mộ", "graves", "things"),
    C(
        12, "", "volume", "nhu cầu tái định cư", "resettlement needed", "count", _fact("resettlement.needed"),
        needs=RESETTLED,
    ),
    C(13, "", "result", "thông báo thu hồi", "recovery notice", "count", _step("S20"), share=True, short=True),
    C(14, "", "result", "đã kiểm đếm", "inventory done", "count", _step("S30"), share=True, short=True),
    C(
        15, "a", "result", "không phối hợp kiểm đếm", "refuse inventory", "count",
        lambda b: at.stands_at(b, at.REFUSES_INVENTORY),
    ),
    C(
        15, "b", "result", "trong đó đã QĐ kiểm đếm bắt buộc", "of these compelled", "count",
        lambda b: at.stands_at(b, at.COMPELLED),
    ),
    C(
        16, "", "result", "không liên lạc được", "cannot be reached", "count", _fact("notice.newspaper"),
        needs=frozenset({"notice.newspaper", "notice.served"}),
    ),
    C(
        17, "", "result", "đã xác nhận nguồn gốc", "origin confirmed", "count", _step("S40"), share=True,
        short=True,
    ),
    C(18, "", "result", "đã niêm yết", "posted", "count", _step("S60"), share=True, short=True),
    C(19, "a", "result", "đã phê duyệt PA", "plan approved", "count", _step("S80"), share=True, short=True),
    C(19, "b", "result", "diện tích đã duyệt (m²)", "approved (m²)", "m2", _step("S80")),
    C(19, "c", "result", "tiền đã duyệt (tỷ đồng)", "approved (VND billion)", "absent"),
    C(20, "a", "pay", "đã chi trả", "paid", "count", _fact(*PAID), needs=MONEY, share=True, short=True),
    C(
        20, "b", "pay", "tiền đã chi (tỷ đồng)", "paid (VND billion)", "money", lambda b: b.paid_vnd is not None,
        short=True,
    ),
    C(
        21, "", "pay", "không nhận tiền", "refuse the money", "count",
        lambda b: "payment.refused" in b.facts and b.facts.isdisjoint(PAID), needs=MONEY, short=True,
    ),
    C(22, "", "pay", "đã QĐ thu hồi", "recovery decided", "count", _step("S90"), share=True, short=True),
    C(23, "a", "handover", "đã bàn giao", "handed over", "count", at.handed_over, share=True, short=True),
    C(23, "b", "handover", "diện tích (m²)", "area (m²)", "m2", at.handed_over, short=True),
    C(23, "c", "handover", "chiều dài (m)", "length (m)", "absent", short=True),
    C(
        23, "d", "handover", "trong đó cho chủ đầu tư", "of these to the investor", "count",
        lambda b: at.standing(b.step, b.marks) == at.INVESTOR,
    ),
    C(
        24, "", "after", "đã nhận tiền chưa bàn giao", "paid, not handed over", "count",
        lambda b: not b.facts.isdisjoint(PAID) and not at.handed_over(b), needs=MONEY, short=True,
    ),
    C(25, "", "after", "mộ đã di chuyển", "graves moved", "things"),
    C(
        26, "", "after", "đã bố trí TĐC, tạm cư", "resettled or housed", "count", _fact(*HOUSED),
        needs=RESETTLED,
    ),
    C(27, "a", "after", "đã có QĐ cưỡng chế", "enforcement decided", "count", _step("S97")),
    C(
        27, "b", "after", "đã cưỡng chế xong", "enforced", "count",
        lambda b: at.passed(b, "S97") and at.handed_over(b),
    ),
    C(
        28, "", "after", "có đơn thư khiếu nại", "with complaints", "count", _fact(*COMPLAINTS),
        needs=frozenset(COMPLAINTS), short=True,
    ),
    C(29, "", "plan", "mốc thành phố giao", "city's date", "date"),
    C(30, "", "plan", "mốc cam kết (muộn nhất)", "promised (latest)", "date"),
    C(
        31, "a", "plan", "duyệt PA tăng trong tuần", "plans approved this week", "count",
        lambda b: b.before is not None and at.passed(b, "S80") and not at.was_passed(b, "S80"), short=True,
        from_before=True,
    ),
    C(
        31, "b", "plan", "bàn giao tăng trong tuần", "handed over this week", "count",
        lambda b: b.before is not None and at.handed_over(b) and not at.was_handed_over(b), from_before=True,
        short=True,
    ),
    C(
        31, "c", "plan", "lùi bước trong tuần", "went back this week", "count",
        at.went_back, from_before=True,
    ),
    C(32, "", "plan", "đánh giá so với mốc", "against the date", "verdict", short=True),
    C(33, "a", "plan", "đang vướng mắc", "with an obstacle", "count", lambda b: b.obstacle is not None),
    C(33, "b", "plan", "vướng mắc chính", "main obstacles", "text"),
    C(34, "", "plan", "kiến nghị, cấp giải quyết", "proposal, who decides", "absent"),
    C(35, "", "plan", "hạ tầng kỹ thuật (đã di dời / kiểm đếm)", "utilities (moved / counted)", "text"),
)  # fmt: skip
BY_KEY: dict[str, Column] = {column.key: column for column in COLUMNS}
FORM_NUMBERS = 35


def weight(bundle: Bundle, unit: str) -> int:
    """How many units a bundle counts as: its cases, its parcels, or its cases of one kind of holder."""
    if unit == "thua":
        return bundle.parcels
    if unit in _HOLDERS and bundle.holder != _HOLDERS[unit]:
        return 0
    return bundle.cases


def unit_of(column: Column, chosen: str) -> str:
    """The unit that a counting column counts in, when `chosen` is the unit of the table."""
    return column.unit or chosen


def belongs(column: Column, bundle: Bundle, unit: str) -> bool:
    """Whether the cases of a bundle stand in the list behind the column's figure."""
    if column.test is None or not column.test(bundle):
        return False
    return column.kind in ("m2", "money") or weight(bundle, unit_of(column, unit)) > 0
