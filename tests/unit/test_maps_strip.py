"""The straightened project: places by chainage, text as text, one stop for the tab key."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from maps.strip import Run, WardSpan, bar_svg, strip_svg
from projects.stationing import stationing


def a_strip(runs: list[Run], wards: list[WardSpan] | None = None, **more: Any) -> ET.Element:
    options: dict[str, Any] = {"lang": "vi", **more}
    lang = options.pop("lang")
    return ET.fromstring(strip_svg(5150, 0, runs, wards or [], lang, **options))[0]


def groups(svg: ET.Element) -> list[ET.Element]:
    return [node for node in svg if "dg-run" in (node.get("class") or "")]


def test_run_stands_at_its_share_of_the_length() -> None:
    [group] = groups(a_strip([Run(1030, 2060, "blocked", 40)]))
    rect = group.find("rect")
    assert rect is not None
    assert (rect.get("x"), rect.get("width")) == ("20.000%", "20.000%")
    assert group.get("aria-label") == "Km1+030 – Km2+060, còn vướng, 1.030 m, 40 thửa"


def test_start_of_the_chainage_is_the_left_edge() -> None:
    svg = ET.fromstring(strip_svg(1000, 12_000, [Run(12_500, 13_000, "free")], [], "en"))[0]
    rect = groups(svg)[0].find("rect")
    assert rect is not None
    assert rect.get("x") == "50.000%"
    assert "Km12+000 – Km13+000" in (svg.findtext("title") or "")


def test_description_sums_up_what_is_blocked() -> None:
    svg = a_strip([Run(0, 1000, "blocked"), Run(1000, 3000, "free"), Run(3000, 3224, "critical")], lang="en")
    assert svg.findtext("desc") == "1,224 m still blocked in 2 runs; longest free run 2,000 m."


def test_names_are_text_and_not_markup() -> None:
    svg = a_strip([], [WardSpan("<script>alert(1)</script>&", 0, 5150)])
    assert svg.find(".//script") is None
    assert "<script>alert(1)</script>&" in [node.text for node in svg.iter("text")]


def test_only_the_first_run_takes_the_tab_key() -> None:
    found = groups(a_strip([Run(2000, 3000, "free"), Run(0, 2000, "blocked")]))
    assert [group.get("tabindex") for group in found] == ["0", "-1"]
    assert found[0].get("data-from") == "0"


def test_text_that_never_fits_is_left_out() -> None:
    svg = a_strip([], [WardSpan("Phường có tên rất dài", 0, 20), WardSpan("X. A", 20, 5150)])
    assert [node.text for node in svg.iter("text") if "dg-strip-ward" in (node.get("class") or "")] == [
        "X. A"
    ]


def test_two_strips_on_a_page_have_different_ids() -> None:
    ids = {a_strip([], alignment=code)[0].get("id") for code in ("A1", "A2")}
    assert len(ids) == 2


@pytest.mark.parametrize("length", [0, -1, float("nan")])
def test_length_must_be_positive(length: float) -> None:
    with pytest.raises(ValueError, match="positive length"):
        strip_svg(length, 0, [], [], "vi")


def test_unknown_status_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown status: maybe"):
        a_strip([Run(0, 1, "maybe")])


def test_stakes_and_ends_follow_the_equations() -> None:
    jumped = stationing([(2000.0, 2500.0)], start_m=0.0, end_m=5150.0)
    svg = a_strip([Run(1900, 2000, "blocked"), Run(2000, 2100, "free")], stations=jumped)
    labels = [group.get("aria-label") or "" for group in groups(svg)]
    assert labels[0].startswith("Km1+900 – Km2+000,")
    assert labels[1].startswith("Km2+500 – Km2+600,")
    ticks = [n.text for n in svg.iter("text") if "dg-strip-tick" in (n.get("class") or "")]
    assert ticks == [
        f"Km{m // 1000}+{m % 1000:03d}"
        for m in (0, 500, 1000, 1500, 2500, 3000, 3500, 4000, 4500, 5000, 5500)
    ]


def test_a_run_with_an_address_is_a_link_and_no_button() -> None:
    svg = a_strip([Run(0, 1000, "blocked", 4, "#doan-1")])
    [link] = svg.findall("a")
    assert link.get("href") == "#doan-1"
    assert link[0].get("role") is None


def test_a_bar_of_one_side_says_which_and_what_is_blocked() -> None:
    svg = ET.fromstring(
        bar_svg(1000, 0, [Run(0, 250, "blocked"), Run(250, 1000, "free")], "vi", title="Bên trái")
    )
    assert svg.get("aria-label") == "Bên trái: Còn vướng 250 m trong 1 đoạn; đoạn thông dài nhất 750 m."
    with pytest.raises(ValueError, match="unknown status"):
        bar_svg(1000, 0, [Run(0, 1, "maybe")], "vi", title="")
