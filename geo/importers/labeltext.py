"""The texts inside a parcel of a cadastral drawing: number over area, land-use code, sheet. Pure, standard library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_NUMBER = re.compile(r"\d{1,5}(?:[A-Za-z]|-\d{1,3})?$")  # 12, 12a, 12-1
_DECIMAL = re.compile(r"\d{1,7}[.,]\d{1,2}$")
_OVER = re.compile(r"(\d{1,5}(?:[A-Za-z]|-\d{1,3})?)\s*/\s*(\d{1,7}(?:[.,]\d{1,2})?)$")
_SHEET = re.compile(
    r"(?:tờ|to)(?:\s*(?:bản đồ|ban do|bđ|bd))?(?:\s*số|\s*so)?\s*[:.]?\s*(\d{1,4})\b", re.IGNORECASE
)
_PARCEL = re.compile(
    r"(?:thửa|thua)(?:\s*đất|\s*dat)?(?:\s*số|\s*so)?\s*[:.]?\s*(\d{1,5}[A-Za-z]?)\b", re.IGNORECASE
)
_LAYER_SHEET = re.compile(r"(?:^|[_\-. ])(?:TO|TBD|TỜ|SHEET)[_\-. ]?(\d{1,4})(?=$|[_\-. ])", re.IGNORECASE)
_UNIT = re.compile(r"\s*m(?:2|²)$", re.IGNORECASE)
_FORMATTING = re.compile(
    r"\\[A-Za-z][^\\;{}]*;|[{}]|%%[uoUO]"
)  # what MTEXT and TEXT of a DXF carry beside the words
# A whole number is the area, not the number, when it is this close to the area of the outline.
_AREA_SHARE = 0.02
_AREA_M2 = 1.0


@dataclass(frozen=True, slots=True)
class Label:
    """What one text (or all texts of one parcel) says. `area` is text as written, with a decimal point.

    `whole`: the number again when it is a whole number that stood alone and may be the area just as well.
    `part`: (1, 3) for the first of three parts of one parcel, as our own export says it.
    """

    number: str | None = None
    area: str | None = None
    land_use: str | None = None
    sheet: str | None = None
    whole: tuple[str, ...] = ()
    part: tuple[int, int] | None = None


def read_label(text: str, land_codes: frozenset[str]) -> Label:
    """One text of a drawing; a text that says nothing of a parcel gives an empty label."""
    plain = _FORMATTING.sub("", text.replace("\\P", "\n"))
    label = Label()
    if named := _SHEET.search(plain):
        label = replace(label, sheet=named.group(1))
    if numbered := _PARCEL.search(plain):
        label = replace(label, number=numbered.group(1))
    if label.sheet or label.number:
        return label
    tokens = [token for line in plain.splitlines() for token in _tokens(line)]
    whole: list[str] = []
    for token in tokens:
        if over := _OVER.match(token):
            if label.area is not None:
                return Label()  # two areas: the slash may belong to the number
            label = replace(label, number=over.group(1), area=over.group(2).replace(",", "."))
        elif _DECIMAL.match(token):
            if label.area is not None:
                return Label()
            label = replace(label, area=token.replace(",", "."))
        elif _NUMBER.match(token):
            whole.append(token)
        elif all(part in land_codes for part in token.upper().split("+")):
            label = replace(label, land_use=token.upper())
        else:
            return Label()  # a street name, a house number with words, a note
    if len(whole) == 1 and label.number is None:
        return replace(label, number=whole[0], whole=(whole[0],))
    if len(whole) == 2 and label.number is None and label.area is None:
        return replace(label, number=whole[0], area=whole[1])  # the upper one is the number
    return label if not whole else Label()


def join_labels(labels: Sequence[Label], measured: float) -> Label | None:
    """All labels of one outline as one; None when they contradict each other.

    Two whole numbers: the one that is the measured area (m², within 2 % or 1 m²) is the area.
    """
    labels = [label for label in labels if label != Label()]
    areas = {label.area for label in labels if label.area is not None}
    loose = [label.whole[0] for label in labels if label.whole]
    if len(loose) == 2 and not areas:
        like = [text for text in loose if text.isdigit() and _is_area(float(text), measured)]
        if len(like) == 1:
            areas = {like[0]}
            labels = [
                replace(label, number=None, whole=()) if label.whole == (like[0],) else label
                for label in labels
            ]
    numbers = {label.number for label in labels if label.number is not None}
    uses = {label.land_use for label in labels if label.land_use is not None}
    sheets = {label.sheet for label in labels if label.sheet is not None}
    if max(len(numbers), len(areas), len(uses), len(sheets)) > 1:
        return None
    return Label(
        number=next(iter(numbers), None),
        area=next(iter(areas), None),
        land_use=next(iter(uses), None),
        sheet=next(iter(sheets), None),
        part=labels[0].part if len(labels) == 1 else None,
    )


def sheet_of_layer(layer: str) -> str | None:
    """The sheet that a layer's name holds: TO_12, RANH-TBD12."""
    found = _LAYER_SHEET.search(layer)
    return found.group(1) if found else None


def sheet_title(texts: Sequence[str]) -> str | None:
    """The sheet of the whole drawing, when exactly one is named anywhere in it (“Tờ bản đồ số: 12”)."""
    named = {found.group(1) for text in texts if (found := _SHEET.search(text))}
    return next(iter(named)) if len(named) == 1 else None


def _tokens(line: str) -> list[str]:
    joined = re.sub(r"\s*([/+])\s*", r"\1", _UNIT.sub("", line.strip()))
    return joined.split()


def _is_area(said: float, measured: float) -> bool:
    return abs(said - measured) <= max(_AREA_M2, _AREA_SHARE * measured)
