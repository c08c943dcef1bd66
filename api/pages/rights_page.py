"""`/quyen`: the rights table in words, with the reader's own role marked."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import ContextDep, LangDep
from api.language import Lang, pick
from api.pages.labels import Pair
from api.pages.people_words import ROLE_WORK
from api.pages.rendering import render, step_label
from projects.rights import PUBLIC, Rights, Role

router = APIRouter(prefix="/quyen")

# The table speaks Vietnamese; these are its actions in English. A test holds the two together.
ACTIONS_EN: dict[str, str] = {
    "door": "Sign in, the public page, state of the server, static files",
    "account.own": "One's own account, sessions and tokens",
    "rights.read": "Rights table, API documentation",
    "portfolio.read": "Portfolio, projects, maps, reports: totals",
    "whatif.read": "Try changes out, read scenarios, rank releases of land",
    "scenario.keep": "Keep, change, share and withdraw one's own scenarios",
    "case.read": "Read cases and parcels",
    "worklist.read": "Today's work: open cases by deadline",
    "filter.own": "Keep, rename and delete one's own filters",
    "case.change": "Record steps, promised dates, obstacles, notes",
    "fact.record": "Record facts of a case with their papers",
    "fact.void": "Declare a fact void, with a reason",
    "records.change": "Record inventory, graves, utilities, resettlement",
    "network.change": "Change activities, links and progress of a network, take changes back",
    "baseline.change": "Set and drop baselines of a network",
    "stock.change": "Load plots and flats into a resettlement site",
    "opening.change": "Set when a front opens and when a resettlement site is ready",
    "case.correct": "Correct the history of a case",
    "case.confirm": "Confirm or refuse what needs two people",
    "document.read": "Look at papers and pictures of a case; openings and downloads are recorded",
    "document.add": "Send papers and pictures into a case",
    "document.withdraw": "Withdraw a paper, with a reason",
    "obstacle.open": "Open obstacles",
    "obstacle.change": "Change and resolve obstacles; higher levels: when one has come up to them",
    "contact.read": "Read the contacts log",
    "contact.add": "Write the contacts log",
    "complaint.read": "Read complaints",
    "complaint.change": "Write complaints and how they are settled",
    "assignment.read": "Read assignments, conclusions, the five bottlenecks",
    "assignment.give": "Give assignments to bodies below or within one's own",
    "assignment.work": "Accept, report done, explain; the giving side: confirm, return, extend, ask, withdraw",
    "conclusion.add": "Enter meeting conclusions and the progress of bottlenecks",
    "paper.make": "Make papers from templates",
    "import.read": "Look at imports of parcels and schedules and their comparison",
    "import.propose": "Send parcel or schedule files, cancel, read again",
    "import.decide": "Accept, refuse or undo an import",
    "holder.read": "Read the holder (masked)",
    "holder.open": "Open masked fields, with a reason, logged",
    "holder.change": "Change the holder, propose amounts",
    "oversight.read": "Accounts, sessions, sign-in log",
    "events.read": "Event log",
    "accounts.change": "Make, change and disable accounts; delegations",
    "law.read": "Read the rules, thresholds and delegations in force",
    "law.change": "Set thresholds, dated changes of rules, delegations, regimes of projects",
}
GRANTS: dict[str, Pair] = {
    "A": ("được", "yes"),
    "S": ("trong phạm vi", "own scope"),
    "O": ("của mình", "one's own"),
    ".": ("không", "no"),
}
SIGHTS: dict[str, Pair] = {
    "hiện": ("hiện", "shown"),
    "mở": ("che, mở được", "masked, may open"),
    "che": ("che", "masked"),
    ".": ("không thấy", "not there"),
}
REACHES: dict[str, Pair] = {
    "none": ("không thấy hồ sơ nào", "no cases"),
    "scoped": ("hồ sơ của phường, dự án được giao", "cases of the assigned wards and projects"),
    "all": ("mọi hồ sơ", "all cases"),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """Steps that the same roles may record."""

    steps: tuple[str, ...]
    roles: frozenset[str]
    two: bool


@router.get("")
def rights_page(request: Request, ctx: ContextDep, lang: LangDep) -> Response:
    """Who may do what."""
    rights, mine = ctx.rights, ctx.principal.role
    return render(
        request,
        "rights.html.j2",
        nav="quyen",
        # The reader's own column comes first: on a phone it is the one that shows.
        roles=sorted(
            (role for role in rights.roles.values() if role.code != PUBLIC),
            key=lambda role: role.code != mine.code,
        ),
        mine=mine,
        works=ROLE_WORK,
        reaches=REACHES,
        actions=[
            (pick(lang, words, ACTIONS_EN.get(code, words)), grants)
            for code, (words, grants) in rights.actions.items()
            if code != "door"
        ],
        own=_own(rights, mine, lang),
        grants=GRANTS,
        steps=[
            (", ".join(step_label(step, lang) for step in line.steps), line) for line in step_lines(rights)
        ],
        fields=list(rights.fields.values()),
        sights=SIGHTS,
    )


def step_lines(rights: Rights) -> list[StepLine]:
    """The steps in their order, those with the same right in one line."""
    found: list[StepLine] = []
    for step, right in rights.steps.items():
        same = next(
            (line for line in found if (line.roles, line.two) == (right.roles, right.four_eyes)), None
        )
        if same is None:
            found.append(StepLine((step,), right.roles, right.four_eyes))
        else:
            found[found.index(same)] = StepLine((*same.steps, step), right.roles, right.four_eyes)
    return found


def _own(rights: Rights, role: Role, lang: Lang) -> tuple[list[tuple[str, str]], list[str]]:
    """What the reader's role may do, with how far, and what it may not."""
    may: list[tuple[str, str]] = []
    may_not: list[str] = []
    for code, (words, _) in rights.actions.items():
        if code == "door":
            continue
        grant = rights.grant(role.code, code)
        said = pick(lang, words, ACTIONS_EN.get(code, words))
        if grant == ".":
            may_not.append(said)
        else:
            may.append((said, pick(lang, *GRANTS[grant])))
    return may, may_not
