"""Who may do what: the rights table as values, and the questions that are asked of it.

The table is a text (`data/rights.md`) that people read and that is parsed here; nothing of it stands in code. What a
person sees at all (their reach) is enforced a second time by the database's row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Reach = Literal["none", "scoped", "all"]
Grant = Literal[".", "A", "S", "O"]
Sight = Literal["hiện", "mở", "che", "."]
PUBLIC = "public"
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the table. `people`: may read personal data by field; `oversight`: accounts, sessions, sign-ins."""

    code: str
    vi: str
    en: str
    reach: Reach
    people: bool
    oversight: bool


@dataclass(frozen=True, slots=True)
class StepRight:
    """Which roles may record a step, and whether a second person must confirm it."""

    roles: frozenset[str]
    four_eyes: bool


@dataclass(frozen=True, slots=True)
class FieldRight:
    """A protected field: its names and how each role sees it."""

    code: str
    vi: str
    en: str
    sight: Mapping[str, Sight]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an account with its role and scope. `wards` and `projects` are codes, used by reach 'scoped'.

    `account` is "" for nobody (public). `token_scopes` is None for a person in a browser, else what the API token
    may be used for ('read', 'write').
    """

    account: str
    display_name: str
    role: Role
    wards: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    person: str = ""  # the human being behind the account; equal for two accounts of one person
    token_scopes: frozenset[str] | None = None
    must_change: bool = False  # may only choose a new password
    session_id: int | None = None
    device: str = ""  # the browser, as a hash; empty for programs

    @property
    def reach(self) -> Reach:
        """How far the person sees."""
        return self.role.reach

    @property
    def is_public(self) -> bool:
        """Whether nobody is signed in."""
        return self.role.code == PUBLIC

    def in_scope(self, *, ward: str, project: str) -> bool:
        """Whether a case of this ward and project is in the person's own scope."""
        return ward in self.wards or project in self.projects

    def sees(self, *, ward: str, project: str) -> bool:
        """Whether a case of this ward and project is in the person's reach."""
        return self.reach == "all" or (self.reach == "scoped" and self.in_scope(ward=ward, project=project))

    @property
    def seen_from(self) -> tuple[object, ...]:
        """What answers may differ by: equal for people who see the same rows and fields."""
        if self.reach == "all":
            return (self.role.code,)
        return (self.role.code, tuple(sorted(self.wards)), tuple(sorted(self.projects)))


@dataclass(frozen=True, slots=True)
class Rights:
    """The whole table."""

    roles: Mapping[str, Role]
    actions: Mapping[str, tuple[str, Mapping[str, Grant]]]  # action → (words, grant by role)
    steps: Mapping[str, StepRight]
    fields: Mapping[str, FieldRight]
    routes: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (method, path) → action

    def grant(self, role: str, action: str) -> Grant:
        """What a role may do of an action."""
        return self.actions[action][1].get(role, ".")

    def may(self, who: Principal, action: str) -> bool:
        """Whether the person may do the action to anything at all. A token is bounded by its scopes as well."""
        if self.grant(who.role.code, action) == ".":
            return False
        if who.token_scopes is None or action == "door":
            return True
        if action == "account.own":
            return False  # a program neither changes passwords nor makes further tokens
        return ("read" if action.endswith(".read") else "write") in who.token_scopes

    def may_on(self, who: Principal, action: str, *, ward: str, project: str) -> bool:
        """Whether the person may do the action to a case of this ward and project."""
        if not self.may(who, action):
            return False
        if self.grant(who.role.code, action) == "S":
            return who.in_scope(ward=ward, project=project)
        return who.sees(ward=ward, project=project)

    def may_record(self, who: Principal, step: str) -> bool:
        """Whether the person's role may record this step."""
        right = self.steps.get(step)
        return right is not None and who.role.code in right.roles

    def needs_second(self, step: str) -> bool:
        """Whether a second person must confirm the step."""
        right = self.steps.get(step)
        return right is not None and right.four_eyes

    def sight(self, who: Principal, name: str) -> Sight:
        """How the person sees a protected field."""
        return self.fields[name].sight.get(who.role.code, ".")


def parse_rights(text: str) -> Rights:
    """The rights table from its Markdown text. Raises ValueError with every fault of the text."""
    tables = _tables(text)
    faults: list[str] = []
    missing = [
        name for name in ("roles", "actions", "steps", "protected fields", "routes") if name not in tables
    ]
    if missing:
        raise ValueError(f"rights table: missing section(s) {', '.join(missing)}")
    roles = {
        row["mã"]: Role(
            row["mã"], row["tiếng Việt"], row["English"], _reach(row["tầm nhìn"], faults),
            row["người"] == "có", row["giám sát"] == "có",
        )
        for row in tables["roles"]
    }  # fmt: skip
    actions: dict[str, tuple[str, Mapping[str, Grant]]] = {}
    for row in tables["actions"]:
        grants = {role: row.get(role, "") for role in roles}
        faults += [f"{row['việc']}/{r}: “{g}”" for r, g in grants.items() if g not in (".", "A", "S", "O")]
        actions[row["việc"]] = (row["tiếng Việt"], grants)  # type: ignore[assignment]  # checked above
    steps: dict[str, StepRight] = {}
    for row in tables["steps"]:
        named = frozenset(row["người ghi"].split())
        faults += [f"{row['bước']}: unknown role {r}" for r in sorted(named - set(roles))]
        for step in row["bước"].split():
            if step in steps:
                faults.append(f"step {step} twice")
            steps[step] = StepRight(named, row["hai người"] == "có")
    fields: dict[str, FieldRight] = {}
    for row in tables["protected fields"]:
        sight = {role: row.get(role, ".") for role in roles}
        faults += [
            f"{row['trường']}/{r}: “{s}”" for r, s in sight.items() if s not in ("hiện", "mở", "che", ".")
        ]
        fields[row["trường"]] = FieldRight(row["trường"], row["tiếng Việt"], row["English"], sight)  # type: ignore[arg-type]
    routes: dict[tuple[str, str], str] = {}
    for row in tables["routes"]:
        key = (row["phương thức"], row["đường dẫn"])
        if key in routes:
            faults.append(f"route {key} twice")
        if key[0] not in METHODS:
            faults.append(f"route {key}: unknown method")
        if row["việc"] not in actions:
            faults.append(f"route {key}: unknown action {row['việc']}")
        routes[key] = row["việc"]
    if faults:
        raise ValueError("rights table: " + "; ".join(faults))
    return Rights(roles, actions, steps, fields, routes)


def _reach(text: str, faults: list[str]) -> Reach:
    if text in ("none", "scoped", "all"):
        return text  # type: ignore[return-value]  # one of the three
    faults.append(f"reach “{text}”")
    return "none"


def _tables(text: str) -> dict[str, list[dict[str, str]]]:
    """The pipe table of each `## tiếng Việt · english` section, by the English word, as rows by column."""
    found: dict[str, list[dict[str, str]]] = {}
    section = ""
    header: list[str] = []
    for line in text.splitlines():
        if line.startswith("## "):
            section, header = line.partition("·")[2].strip(), []
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not header:
                header = cells
            elif not set(line) <= set("|-: "):
                if len(cells) != len(header):
                    raise ValueError(f"rights table: {len(cells)} cells instead of {len(header)}: {line}")
                found.setdefault(section, []).append(dict(zip(header, cells, strict=True)))
    return found
