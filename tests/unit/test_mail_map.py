"""The picture of a mail: what changed stands out by width and number, what did not stays thin and grey."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from maps.mail_map import COLOURS, MOST_ROWS, MailMap, Place, mail_map

STILL = Place([[(0.0, 0.0), (9_000.0, 0.0)]], False)
MOVED = Place(
    [[(0.0, 5_000.0), (9_000.0, 5_000.0)]], False, "later", "Cầu Tứ Liên: lệch +183 ngày (trước +174)"
)
MAP = MailMap(
    "Đường Găng: Tuần 11/2026", "so với Tuần 10/2026", [STILL, MOVED], [], [(0.0, 9_000.0)], ["Số liệu"]
)


def near(picture: bytes, colour: str) -> int:
    """Pixels of about this colour."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), np.int64)
    return int((np.abs(pixels - np.array(ImageColor.getrgb(colour))).sum(axis=2) < 24).sum())


def test_the_same_changes_give_the_same_bytes_and_others_do_not() -> None:
    assert mail_map(MAP) == mail_map(MAP)
    other = replace(MOVED, words="Cầu Tứ Liên: lệch +184 ngày (trước +174)")
    assert mail_map(MAP) != mail_map(replace(MAP, places=[STILL, other]))


@pytest.mark.parametrize("change", list(COLOURS))
def test_only_what_changed_is_drawn_in_the_colour_of_its_change(change: str) -> None:
    there = mail_map(replace(MAP, places=[STILL, replace(MOVED, change=change)]))
    without = mail_map(replace(MAP, places=[STILL, replace(MOVED, change="")]))
    assert near(there, COLOURS[change]) - near(without, COLOURS[change]) > 2_000


def test_a_change_is_wider_than_what_stays_so_that_grey_tells_it_too() -> None:
    def rows(place: Place) -> int:
        picture = Image.open(io.BytesIO(mail_map(replace(MAP, places=[place], dots=[])))).convert("L")
        return int(
            (np.asarray(picture)[:, 100] < 200).sum()
        )  # a column that the line crosses away from its number

    assert rows(replace(MOVED, change="")) * 2 <= rows(MOVED)


def test_more_changes_than_fit_are_counted_and_none_at_all_is_said() -> None:
    many = [replace(MOVED, words=f"Dự án {n}") for n in range(MOST_ROWS + 9)]
    assert mail_map(replace(MAP, places=many)) != mail_map(replace(MAP, places=many[:-1]))
    assert mail_map(replace(MAP, places=[])).startswith(b"\x89PNG")
