"""The words and colours of the maps agree between Python, JavaScript and the style sheets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maps.labels import LABELS, labels
from maps.scriptjson import to_script
from maps.styles import LIGHTS, STEP_COLOURS, TOKENS, css_properties

STATIC = Path(__file__).resolve().parents[2] / "api" / "static"
SHEETS = sorted((STATIC / "css").glob("map*.css"))
SCRIPTS = sorted((STATIC / "js").glob("map-*.js"))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_both_languages_say_the_same_things() -> None:
    assert LABELS["vi"].keys() == LABELS["en"].keys()
    for key, text in LABELS["vi"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", LABELS["en"][key])), key


def test_unknown_language_falls_back_to_vietnamese() -> None:
    assert labels("fr") is LABELS["vi"]


def test_scripts_use_only_words_that_exist() -> None:
    used = {word for path in SCRIPTS for word in re.findall(r"\blabels\.(\w+)", path.read_text())}
    assert len(used) > 40
    assert used <= LABELS["vi"].keys()


def test_no_script_gives_data_to_an_html_sink() -> None:
    sinks = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|divIcon"
    )
    commented = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
    assert [path.name for path in SCRIPTS if sinks.search(commented.sub("", path.read_text()))] == []


def test_map_colours_are_those_of_the_style_sheet() -> None:
    sheet = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})", (STATIC / "css" / "tokens.css").read_text()))
    shared = {name: colour for name, colour in TOKENS.items() if name in sheet}
    assert len(shared) > 30
    assert shared == {name: sheet[name].lower() for name in shared}


def test_style_sheet_of_the_map_names_only_known_tokens() -> None:
    own = {"font", "radius", "dg-notes"}
    used = set(re.findall(r"var\(--([\w-]+)", "".join(path.read_text() for path in SHEETS)))
    assert used - own <= TOKENS.keys()
    assert css_properties().startswith(":where(:root){--ink:#1a2430;")


@pytest.mark.parametrize("light", ["late", "risk", "ok", "none"])
def test_each_light_has_a_shape_and_a_weight_of_its_own(light: str) -> None:
    others = [style for name, style in LIGHTS.items() if name != light]
    assert all(
        LIGHTS[light].shape != other.shape and LIGHTS[light].weight != other.weight for other in others
    )


@pytest.mark.parametrize(
    "token", ["ink", "ink-2", "ink-3", "ok-text", "risk-text", "late-text", "none-text", "brand"]
)
def test_text_colours_are_readable_on_white(token: str) -> None:
    assert contrast(TOKENS[token], TOKENS["paper"]) >= 4.5


def test_steps_run_evenly_from_dark_to_light() -> None:
    ramp = [luminance(STEP_COLOURS[group]) for group in range(1, 7)]
    assert ramp == sorted(ramp)
    assert contrast(TOKENS["step-outline"], TOKENS["paper"]) >= 3


def test_script_data_refuses_what_json_does_not_know() -> None:
    assert to_script({"a": "<&>"}) == '{"a":"\\u003c\\u0026\\u003e"}'
    with pytest.raises(ValueError, match="JSON"):
        to_script(float("nan"))
    with pytest.raises(TypeError, match="configuration"):
        to_script(object())
