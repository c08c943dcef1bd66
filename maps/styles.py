"""The colours, weights and shapes of the maps: the one place that names them for Python and JavaScript.

Values are the colour table of the screen design. A status is always colour *and* weight or shape, so that it
also reads in grey print and for colour-blind eyes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

TOKENS: dict[str, str] = {
    "ink": "#1a2430",
    "ink-2": "#495666",
    "ink-3": "#5f6c7b",
    "brand": "#17456e",
    "brand-dark": "#0f3151",
    "brand-tint": "#e6eef6",
    "focus": "#0b5fff",
    "line": "#d5dbe2",
    "field": "#7b8794",
    "bg": "#f4f6f8",
    "paper": "#ffffff",
    "ok": "#1f8093",
    "ok-text": "#135a68",
    "ok-tint": "#e3f1f4",
    "risk": "#f0b429",
    "risk-text": "#7a5200",
    "risk-tint": "#fdf3d7",
    "late": "#a3182b",
    "late-text": "#8a1022",
    "late-tint": "#fae6e8",
    "none": "#8a94a0",
    "none-text": "#4b5663",
    "none-tint": "#eef1f4",
    "gang": "#111820",
    "step-1": "#3d1e6d",
    "step-2": "#5b4a9c",
    "step-3": "#6f83bf",
    "step-4": "#8fb0d6",
    "step-5": "#b7d2e8",
    "step-6": "#dceaf5",
    "step-outline": "#5f6c7b",
    "water": "#cfe0ea",
    "land": "#f9f9f6",
    "land-outside": "#ebeeec",
    "ward-line": "#c3cad1",
}
"""Custom property name (without `--`) → colour. The first rows are the names of `tokens.css`."""


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How a project of one light is drawn: colour, weight in px, dash pattern and the shape of its mark."""

    colour: str
    weight: float
    dash: str | None
    shape: str


LIGHTS: dict[str, LineStyle] = {
    "late": LineStyle(TOKENS["late"], 6.5, None, "square"),
    "risk": LineStyle(TOKENS["risk"], 4.5, None, "triangle"),
    "ok": LineStyle(TOKENS["ok"], 3.0, None, "circle"),
    "none": LineStyle(TOKENS["none-text"], 2.2, "6 5", "ring"),
}
"""Light → line. Worst first: this is also the order of the legend and of label placement."""

STEP_COLOURS: dict[int, str] = {group: TOKENS[f"step-{group}"] for group in range(1, 7)}
"""Step group 1…6 → fill; dark = much work left. Group 7 (handed over) is a teal hatch on white."""

WAIT_COLOURS: dict[str, str] = {
    "d30": TOKENS["step-6"],
    "d90": TOKENS["step-5"],
    "d180": TOKENS["step-3"],
    "later": TOKENS["step-1"],
    "unknown": TOKENS["none"],
}
"""Forecast handover, in days from the data date → fill, on the same light-to-dark ramp as the steps."""

CATEGORY_COLOURS: tuple[str, ...] = ("#332288", "#88ccee", "#ddcc77", "#cc6677", "#aa4499", "#882255")
"""Obstacles, most frequent first; a palette that stays apart for red–green blindness (Tol, "muted")."""


def css_properties(tokens: Mapping[str, str] = TOKENS) -> str:
    """A style rule that sets every token, with no specificity: a page's own `:root` values win."""
    return ":where(:root){" + "".join(f"--{name}:{colour};" for name, colour in tokens.items()) + "}"


def for_script() -> dict[str, object]:
    """The same values as plain data for the JavaScript side (canvas cannot read custom properties)."""
    return {
        "tokens": TOKENS,
        "lights": {name: asdict(style) for name, style in LIGHTS.items()},
        "steps": {str(group): colour for group, colour in STEP_COLOURS.items()},
        "waits": WAIT_COLOURS,
        "categories": list(CATEGORY_COLOURS),
    }


DIFF_COLOURS: dict[str, str] = {
    "added": TOKENS["ok"],
    "moved": TOKENS["risk"],
    "grown": TOKENS["step-3"],
    "shrunk": TOKENS["step-1"],
    "attributes": TOKENS["none"],
    "dropped": TOKENS["late"],
}
"""Kind of change of an import → fill. The edge says it too: dashed for dropped, an outline for before."""

FAULT_COLOURS: dict[str, str] = {
    "invalid": TOKENS["late"],
    "same_number": TOKENS["step-1"],
    "same_shape": TOKENS["step-2"],
    "overlap": TOKENS["risk"],
    "gap": TOKENS["ok"],
    "sliver": TOKENS["none"],
    "ward": TOKENS["step-4"],
}
"""Kind of fault of a fabric → fill."""
