"""Kinds of papers that are made from a case: their words come from `data/papers`, their legal basis from the steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from projects.steps import STEPS

KEYS = frozenset(
    {
        "symbol",
        "title",
        "subject_vi",
        "subject_en",
        "steps",
        "opening",
        "paragraphs",
        "parcels",
        "recipients",
        "signers",
    }
)


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One kind of paper. `opening`, `paragraphs` and `recipients` are sentences with places for values, `{{ holder }}`;
    `steps`: whose legal basis it stands on; `parcels`: whether the table of parcels stands in it.
    """

    code: str
    symbol: str
    title: str
    subject_vi: str
    subject_en: str
    steps: tuple[str, ...]
    opening: str
    paragraphs: tuple[str, ...]
    parcels: bool
    recipients: tuple[str, ...]
    signers: tuple[tuple[str, str], ...]

    @property
    def basis(self) -> tuple[str, ...]:
        """The citations that it stands on, each once, in the order of the steps."""
        found: dict[str, None] = {}
        for step in self.steps:
            for part in STEPS[step].basis.split("; "):
                if part:
                    found[f"Căn cứ {part};"] = None
        return tuple(found)


def read_kinds(table: Mapping[str, Any]) -> dict[str, PaperKind]:
    """The kinds of a parsed file of papers, in its order. Raises ValueError with the first thing that is wrong."""
    kinds: dict[str, PaperKind] = {}
    for code, said in table.items():
        if not isinstance(said, dict) or set(said) != KEYS:
            raise ValueError(f"paper {code}: needs exactly {', '.join(sorted(KEYS))}")
        if unknown := [step for step in said["steps"] if step not in STEPS]:
            raise ValueError(f"paper {code}: unknown steps {unknown}")
        kinds[code] = PaperKind(
            code=code,
            symbol=said["symbol"],
            title=said["title"],
            subject_vi=said["subject_vi"],
            subject_en=said["subject_en"],
            steps=tuple(said["steps"]),
            opening=said["opening"],
            paragraphs=tuple(said["paragraphs"]),
            parcels=said["parcels"],
            recipients=tuple(said["recipients"]),
            signers=tuple((who, office) for who, office in said["signers"]),
        )
    return kinds
