"""Moves that the law refuses, with the guard that sees each, and the same case mended: a table for the tests."""

from __future__ import annotations

from dataclasses import dataclass

NOTICE = "notice.issued 2026-02-02\nnotice.served 2026-02-03 land=agri\n"
POSTED = NOTICE + "draft.made 2026-03-01\nposting.started 2026-03-02\nposting.ended 2026-03-12\n"
HEARD = POSTED + "opinions.held 2026-03-13 value=10/10\nappraisal.received 2026-03-16\n"
PLAN = HEARD + "appraisal.done 2026-03-25\napproval.decided 2026-03-30\n"
REFUSED = PLAN + "refusal.persuasion 2026-04-01\nrefusal.persuasion_ended 2026-04-11\n"
TAKEN = PLAN + "recovery.decided 2026-04-10\nplan.sent 2026-04-02 until=2026-04-20\n"
ORDERED = TAKEN + (
    "handover.persuasion 2026-04-21\nhandover.persuasion_ended 2026-05-01\nenforcement.decided 2026-05-12\n"
)
READY = ORDERED + (
    "enforcement.posted 2026-05-13\nenforcement.received 2026-05-13\nenforcement.board_set 2026-05-13\n"
    "enforcement.plan_approved 2026-05-14\npolice.asked 2026-05-13 value=recovery\n"
)
PERSUADED = NOTICE + "inventory.persuasion 2026-02-10\ninventory.persuasion_ended 2026-02-25\n"
FORCED = PERSUADED + (
    "inventory.compelled 2026-03-09\ninventory.compelled_received 2026-03-10\ninventory.enforced 2026-03-16\n"
    "inventory.enforcement_posted 2026-03-17\ninventory.enforcement_broadcast 2026-03-17\n"
    "inventory.enforcement_received 2026-03-17\ninventory.board_set 2026-03-17\n"
    "inventory.board_persuasion 2026-03-18\n"
)
FAST = POSTED + "fast_lane 2026-04-01 value=QD-09_{}\n"
HOMES = PLAN + "resettlement.needed 2026-03-01 value=land\n"
OLD = "notice.issued 2024-07-20\n"


@dataclass(frozen=True)
class Case:
    """A move, facts with which it breaks `rule` on day `on`, the guard that sees it, and facts and day that mend it."""

    guard: str
    rule: str
    move: tuple[str, str]
    given: str
    on: str
    mended: str
    mended_on: str


# guard, rule, step, wanted; then the day and facts that break it; then the day and facts that mend it.
# "BASE - kind" leaves a fact out, "+ kind day …" adds one.
_TABLE = """
alive_notice TB-09 S50 S60
    2027-02-03 NOTICE
    2027-02-02 NOTICE
alive_notice TB-09 S80 S90
    2027-02-03 PLAN
    2027-02-03 PLAN + notice.reissued 2027-02-03
alive_notice TB-11 S40 S50
    2026-01-01 OLD
    2025-12-31 OLD
compel_inventory KD-05 S31 S32
    2026-03-20 PERSUADED - inventory.persuasion_ended + inventory.persuasion_ended 2026-02-24
    2026-03-20 PERSUADED
compel_inventory KD-06 S31 S32
    2026-03-07 PERSUADED
    2026-03-08 PERSUADED
compel_inventory KD-06 S31 S32
    2026-03-20 PERSUADED - inventory.persuasion_ended
    2026-03-20 PERSUADED
enforce_inventory KD-08 S32 S33
    2026-03-16 PERSUADED
    2026-03-16 FORCED
carry_out_inventory KD-08 S33 S30
    2026-03-25 FORCED - inventory.enforcement_broadcast
    2026-03-25 FORCED
carry_out_inventory KD-09 S33 S30
    2026-03-25 FORCED - inventory.board_set
    2026-03-25 FORCED
carry_out_inventory KD-10 S33 S30
    2026-03-24 FORCED
    2026-03-25 FORCED
carry_out_inventory KD-11 S33 S30
    2026-03-28 FORCED
    2026-03-30 FORCED
carry_out_inventory KD-12 S33 S30
    2026-03-30 FORCED + police.asked 2026-03-24 value=inventory
    2026-03-31 FORCED + police.asked 2026-03-24 value=inventory
discuss PA-03 S60 S61
    2026-03-20 HEARD - posting.ended + posting.ended 2026-03-11
    2026-03-20 HEARD
discuss PA-04 S60 S61
    2026-03-20 HEARD - opinions.held
    2026-03-20 HEARD
appraise PA-03 S60 S70
    2026-03-20 HEARD - posting.ended
    2026-03-20 HEARD
appraise PA-06 S60 S70
    2026-03-25 HEARD - opinions.held + opinions.held 2026-03-13 value=9/10
    2026-03-25 HEARD - opinions.held + opinions.held 2026-03-13 value=9/10 + dialogue.opened 2026-03-14
appraise PA-08 S60 S70
    2026-03-25 HEARD - appraisal.received
    2026-03-25 HEARD
decide_recovery TB-06 S80 S90
    2026-04-03 PLAN
    2026-04-04 PLAN
decide_recovery TB-02 S80 S90
    2026-06-03 PLAN - notice.served
    2026-06-03 PLAN
decide_recovery TDC-01 S80 S90
    2026-04-10 HOMES
    2026-04-10 HOMES + proof.land_handed 2026-04-09
decide_recovery QD-03 S85 S90
    2026-04-21 REFUSED
    2026-04-22 REFUSED
decide_recovery QD-02 S85 S90
    2026-04-30 REFUSED - refusal.persuasion_ended + refusal.persuasion_ended 2026-04-10
    2026-04-30 REFUSED
decide_recovery QD-08 S60 S90
    2026-04-10 POSTED
    2026-04-10 POSTED + fast_lane 2026-04-01 value=QD-08
decide_recovery QD-09 S60 S90
    2026-04-10 POSTED + fast_lane 2026-04-01 value=QD-09_75/100
    2026-04-10 POSTED + fast_lane 2026-04-01 value=QD-09_76/100
decide_recovery QD-09 S60 S90
    2026-04-10 POSTED + fast_lane 2026-04-01 value=QD-09_76/100 + resettlement.needed 2026-03-01 value=land
    2026-04-10 POSTED + fast_lane 2026-04-01 value=QD-09_76/100
decide_recovery TB-06 S60 S90
    2026-04-03 POSTED + fast_lane 2026-04-01 value=QD-09_76/100
    2026-04-04 POSTED + fast_lane 2026-04-01 value=QD-09_76/100
decide_recovery QD-10 S80 S90
    2026-04-10 HOMES + fast_lane 2026-04-01 value=QD-10
    2026-04-10 HOMES + fast_lane 2026-04-05 value=QD-10 + resettlement.temporary 2026-04-06
hand_over_early TB-08 S60 S100
    2026-03-20 POSTED
    2026-03-20 POSTED + consent.early 2026-03-15
persuade_handover BG-01 S90 S95
    2026-04-20 TAKEN
    2026-04-21 TAKEN
decide_enforcement BG-03 S95 S97
    2026-05-11 ORDERED
    2026-05-12 ORDERED
decide_enforcement BG-02 S95 S97
    2026-05-20 ORDERED - handover.persuasion_ended + handover.persuasion_ended 2026-04-30
    2026-05-20 ORDERED
carry_out_recovery CC-02 S97 S100
    2026-05-20 READY - enforcement.posted
    2026-05-20 READY
carry_out_recovery CC-02 S97 S100
    2026-05-20 READY - enforcement.received
    2026-05-20 READY
carry_out_recovery CC-03 S97 S100
    2026-05-20 READY - enforcement.board_set
    2026-05-20 READY
carry_out_recovery CC-04 S97 S100
    2026-05-20 READY - enforcement.plan_approved
    2026-05-20 READY
carry_out_recovery KD-12 S97 S100
    2026-05-19 READY
    2026-05-20 READY
carry_out_recovery CC-08 S97 S100
    2026-05-23 READY
    2026-05-22 READY
back_faults KN-02 S90 S80
    2026-05-01 TAKEN
    2026-05-01 TAKEN + complaint.unlawful 2026-04-28
back_faults KN-02 S97 S50
    2026-05-20 ORDERED
    2026-05-20 ORDERED + recovery.adjusted 2026-05-15
back_faults QD-06 S100 X2
    2026-05-01 TAKEN
    2026-05-01 TAKEN + recovery.adjusted 2026-04-28
back_faults KN-02 S95 S97
    2026-05-20 ORDERED + complaint.unlawful 2026-05-10
    2026-05-20 ORDERED + complaint.received 2026-05-10
"""


def without(text: str, kind: str) -> str:
    """The facts less those of a kind."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(kind + " ")) + "\n"


def _facts(text: str) -> str:
    base, *changes = text.replace(" - ", "\n- ").replace(" + ", "\n+ ").split("\n")
    found = str(globals()[base])
    for change in changes:
        found = without(found, change[2:]) if change[0] == "-" else found + change[2:] + "\n"
    return found


def _read(table: str) -> list[Case]:
    lines = table.strip().splitlines()
    cases = []
    for about, given, mended in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        guard, rule, step, wanted = about.split()
        on, broken = given.split(maxsplit=1)
        mended_on, whole = mended.split(maxsplit=1)
        cases.append(Case(guard, rule, (step, wanted), _facts(broken), on, _facts(whole), mended_on))
    return cases


CASES = _read(_TABLE)
