"""The form of an account: what was entered, what it asks for, and what is wrong with it beside each field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from api.context import Context
from api.language import Lang, pick
from api.pages.forms import NOTHING, Choice, Many, Text, by_field, chosen, plain
from api.pages.people_words import ROLE_WORK
from api.usecases.accounts import AccountChange, account_faults
from api.usecases.facts import all_ward_labels, project_labels
from projects.rights import PUBLIC, Rights

# Places of faults → fields of the form.
FIELDS = {
    "name": "ten",
    "display_name": "ho_ten",
    "role": "vai_tro",
    "person": "ma_nguoi",
    "organisation": "don_vi",
    "scope": "phuong",
    "wards": "phuong",
    "projects": "du_an",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the fields, as it was entered."""

    ten: str = ""
    ho_ten: str = ""
    vai_tro: str = ""
    ma_nguoi: str = ""
    don_vi: str = ""
    phuong: tuple[str, ...] = ()
    phuong_them: str = ""
    du_an: tuple[str, ...] = ()
    du_an_them: str = ""

    @property
    def name(self) -> str:
        """The account's name: capital letters were not meant."""
        return self.ten.lower()


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: roles with what they are for, wards by name, projects in the order of the portfolio."""

    roles: tuple[Choice, ...]
    wards: tuple[Choice, ...]
    projects: tuple[Choice, ...]


def read_entry(
    ten: Text = "",
    ho_ten: Text = "",
    vai_tro: Text = "",
    ma_nguoi: Text = "",
    don_vi: Text = "",
    phuong: Many = list(NOTHING),  # noqa: B006  # FastAPI copies it
    phuong_them: Text = "",
    du_an: Many = list(NOTHING),  # noqa: B006
    du_an_them: Text = "",
) -> Entry:
    """The fields of a posted form."""
    return Entry(
        plain(ten), plain(ho_ten), plain(vai_tro), plain(ma_nguoi), plain(don_vi),
        tuple(phuong), phuong_them, tuple(du_an), du_an_them,
    )  # fmt: skip


EntryDep = Annotated[Entry, Depends(read_entry)]


def choices(session: Session, rights: Rights, lang: Lang) -> Choices:
    """What the fields offer."""
    wards = sorted(all_ward_labels(session).items(), key=lambda item: item[1][item[1].find(" ") + 1 :])
    return Choices(
        roles=tuple(
            Choice(code, f"{pick(lang, role.vi, role.en)}: {pick(lang, *ROLE_WORK.get(code, ('', '')))}")
            for code, role in rights.roles.items()
            if code != PUBLIC
        ),
        wards=tuple(Choice(code, label) for code, label in wards),
        projects=tuple(Choice(code, vi) for code, (vi, _) in project_labels(session).items()),
    )


def wanted(
    session: Session, ctx: Context, entry: Entry, offered: Choices, lang: Lang, *, new: bool
) -> tuple[AccountChange, dict[str, list[str]]]:
    """The change that the form asks for, and everything that is wrong with it by field."""
    wards, ward_faults = chosen(entry.phuong, entry.phuong_them, offered.wards, "wards")
    projects, project_faults = chosen(entry.du_an, entry.du_an_them, offered.projects, "projects")
    change = AccountChange(
        display_name=entry.ho_ten,
        role=entry.vai_tro,
        wards=wards,
        projects=projects,
        person=entry.ma_nguoi,
        organisation=entry.don_vi or None,
    )
    faults = account_faults(session, ctx, change, name=entry.name if new else None)
    if ward_faults or project_faults:
        # What could not be read may be the scope that is missed.
        faults = [fault for fault in faults if fault.where != "scope"]
    return change, by_field([*faults, *ward_faults, *project_faults], lang, FIELDS)
