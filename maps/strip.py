"""The project straightened: one SVG from its first to its last metre, with the land that blocks it.

Places are percentages of the width and text keeps its size, so that the strip also works on a phone. The map
moves the blue frame (`api/static/js/map-strip.js`), a click on a run shows it on the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from projects.stationing import PLAIN, Stationing, format_station, round_measures

_TEXTS = {
    "vi": {
        "title": "Mặt bằng theo lý trình, {start} – {end}",
        "desc": "Còn vướng {blocked} m trong {runs} đoạn; đoạn thông dài nhất {longest} m.",
        "free": "đã bàn giao",
        "outside": "ngoài phạm vi đang giải phóng",
        "unknown": "chưa có số liệu thửa",
        "blocked": "còn vướng",
        "critical": "vướng và giữ đường găng",
        "parcels": "{n} thửa",
    },
    "en": {
        "title": "Land by chainage, {start} – {end}",
        "desc": "{blocked} m still blocked in {runs} runs; longest free run {longest} m.",
        "free": "handed over",
        "outside": "outside current clearance",
        "unknown": "no parcel data",
        "blocked": "still blocked",
        "critical": "blocked and critical",
        "parcels": "{n} parcels",
    },
}
STATUSES = frozenset({"free", "blocked", "critical", "unknown", "outside"})
_STEPS = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
# Widths in px of the strip from which a text still fits; map.css hides it below.
_WIDTHS = (320, 480, 640, 800, 1000, 1200)
_CHARACTER = 6.6


@dataclass(frozen=True, slots=True)
class Run:
    """Measures [from_m, to_m] in m with status free | blocked | critical | unknown | outside and, if known, its open
    parcels. `href` is where a click leads on pages without a map.
    """

    from_m: float
    to_m: float
    status: str
    parcels: int | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class WardSpan:
    """A ward's name ("P. Hồng Hà") over chainage [from_m, to_m] in m."""

    name: str
    from_m: float
    to_m: float


def strip_svg(
    length: float,
    start: float,
    runs: Sequence[Run],
    wards: Sequence[WardSpan],
    lang: str,
    *,
    alignment: str = "",
    stations: Stationing = PLAIN,
) -> str:
    """The strip of one alignment as an SVG in its box; all text is escaped.

    `length` and `start` in m of measures; `stations` says what the stakes read there. `alignment` is the alignment's
    code: it ties the strip to the map when a project has several. Raises ValueError when the length is not positive or
    a status is unknown.
    """
    if not length > 0:
        raise ValueError("a strip needs a positive length")
    _check(runs)
    texts = _TEXTS["en" if lang == "en" else "vi"]
    ident = "".join(c for c in alignment if c.isascii() and c.isalnum()) or "tuyen"
    box = ET.Element("div", {"class": "dg-strip-box"})  # its width decides which texts fit (map.css)
    svg = ET.SubElement(
        box,
        "svg",
        {
            "class": "dg-strip",
            "role": "group",
            "width": "100%",
            "height": "76",
            "aria-labelledby": f"strip-{ident}-title strip-{ident}-desc",
            "data-start": _number(start),
            "data-length": _number(length),
            "data-alignment": alignment,
        },
    )
    _text(svg, "title", _title(start, length, texts, stations), id=f"strip-{ident}-title")
    _text(svg, "desc", _summary(runs, texts, lang), id=f"strip-{ident}-desc")
    _ticks(svg, start, length, stations)
    ET.SubElement(
        svg, "rect", {"class": "dg-strip-base", "x": "0", "y": "22", "width": "100%", "height": "20"}
    )
    reachable = True
    for run in sorted(runs, key=lambda run: (run.from_m, run.to_m)):
        _run(svg, run, start, length, texts, lang, stations, first=reachable)
        reachable = False
    for ward in wards:
        _ward(svg, ward, start, length)
    frame = {"x": "0", "y": "18", "width": "1%", "height": "28", "rx": "3"}
    ET.SubElement(svg, "rect", {"class": "dg-strip-frame", "visibility": "hidden", **frame})
    return ET.tostring(box, encoding="unicode")


def bar_svg(
    length: float, start: float, runs: Sequence[Run], lang: str, *, title: str, stations: Stationing = PLAIN
) -> str:
    """A thin bar of the same width as a strip, for one side of the axis; `title` says which. Raises ValueError."""
    if not length > 0:
        raise ValueError("a strip needs a positive length")
    _check(runs)
    texts = _TEXTS["en" if lang == "en" else "vi"]
    summary = f"{title}: {_summary(runs, texts, lang)}"
    svg = ET.Element(
        "svg", {"class": "dg-bar", "role": "img", "aria-label": summary, "width": "100%", "height": "14"}
    )
    ET.SubElement(
        svg, "rect", {"class": "dg-strip-base", "x": "0", "y": "1", "width": "100%", "height": "12"}
    )
    for run in runs:
        group = ET.SubElement(svg, "g", {"class": f"dg-run-{run.status}"})
        _text(group, "title", " · ".join(_words(run, texts, lang, stations)))
        span = _span(run.from_m, run.to_m, start, length)
        ET.SubElement(group, "rect", {**span, "y": "2", "height": "10"})
    return ET.tostring(svg, encoding="unicode")


def _check(runs: Sequence[Run]) -> None:
    if unknown := {run.status for run in runs} - STATUSES:
        raise ValueError(f"unknown status: {', '.join(sorted(unknown))}")


def _title(start: float, length: float, texts: dict[str, str], stations: Stationing) -> str:
    end = format_station(stations, start + length, back=True)
    return texts["title"].format(start=format_station(stations, start), end=end)


def _summary(runs: Sequence[Run], texts: dict[str, str], lang: str) -> str:
    blocked = [run for run in runs if run.status in ("blocked", "critical")]
    free = [run.to_m - run.from_m for run in runs if run.status == "free"]
    metres = sum(run.to_m - run.from_m for run in blocked)
    return texts["desc"].format(
        blocked=_grouped(metres, lang), runs=len(blocked), longest=_grouped(max(free, default=0), lang)
    )


def _ticks(svg: ET.Element, start: float, length: float, stations: Stationing) -> None:
    """Labels every step so that about a dozen fit on a desk screen; narrow strips keep every second or fourth."""
    step = next((step for step in _STEPS if length / step <= 12), _STEPS[-1])
    line = replace(stations, start_m=start, end_m=start + length)
    for i, metre in enumerate(round_measures(line, step)):
        share = 100 * (metre - start) / length
        anchor = "start" if share < 3 else "end" if share > 97 else "middle"
        width = 320 if i % 4 == 0 else 480 if i % 2 == 0 else 1000
        place = {"x": f"{share:.3f}%", "y": "12", "text-anchor": anchor}
        label = format_station(stations, metre)
        _text(svg, "text", label, **{"class": f"dg-strip-tick dg-from-{width}"}, **place)
        ET.SubElement(
            svg,
            "line",
            {"class": "dg-strip-line", "x1": place["x"], "x2": place["x"], "y1": "16", "y2": "22"},
        )


def _words(run: Run, texts: dict[str, str], lang: str, stations: Stationing) -> list[str]:
    """What a stretch is, in pieces: where, what, how long, how many parcels."""
    ends = format_station(stations, run.from_m), format_station(stations, run.to_m, back=True)
    words = [" – ".join(ends), texts[run.status], f"{_grouped(run.to_m - run.from_m, lang)} m"]
    if run.parcels:
        words.append(texts["parcels"].format(n=_grouped(run.parcels, lang)))
    return words


def _run(
    svg: ET.Element,
    run: Run,
    start: float,
    length: float,
    texts: dict[str, str],
    lang: str,
    stations: Stationing,
    *,
    first: bool,
) -> None:
    metres = run.to_m - run.from_m
    words = _words(run, texts, lang, stations)
    acts = (
        {}
        if run.href
        else {
            "role": "button",
            # One stop for the tab key; the arrow keys walk on.
            "tabindex": "0" if first else "-1",
        }
    )
    parent = ET.SubElement(svg, "a", {"href": run.href, "aria-label": ", ".join(words)}) if run.href else svg
    group = ET.SubElement(
        parent,
        "g",
        {
            "class": f"dg-run dg-run-{run.status}",
            **acts,
            "aria-label": ", ".join(words),
            "data-from": _number(run.from_m),
            "data-to": _number(run.to_m),
        },
    )
    _text(group, "title", " · ".join(words))
    inset = 0 if run.status in ("free", "outside", "unknown") else 1
    ET.SubElement(
        group,
        "rect",
        {
            **_span(run.from_m, run.to_m, start, length),
            "y": str(22 + inset),
            "height": str(20 - 2 * inset),
        },
    )
    # A bare number counts parcels; metres always carry their unit.
    label = _grouped(run.parcels, lang) if run.parcels and metres < length / 8 else words[2]
    _fitted(group, label, run.from_m, run.to_m, start, length, "36", "dg-strip-count")


def _ward(svg: ET.Element, ward: WardSpan, start: float, length: float) -> None:
    for metre in (ward.from_m, ward.to_m):
        x = f"{_share(metre, start, length):.3f}%"
        ET.SubElement(svg, "line", {"class": "dg-strip-line", "x1": x, "x2": x, "y1": "50", "y2": "70"})
    _fitted(svg, ward.name, ward.from_m, ward.to_m, start, length, "64", "dg-strip-ward")


def _fitted(
    parent: ET.Element, text: str, a: float, b: float, start: float, length: float, y: str, kind: str
) -> None:
    """A text in the middle of [a, b], shown only on strips wide enough to hold it."""
    share = (_share(b, start, length) - _share(a, start, length)) / 100
    need = (len(text) * _CHARACTER + 8) / share if share > 0 else float("inf")
    width = next((width for width in _WIDTHS if need <= width), None)
    if width is None:
        return
    middle = (_share(a, start, length) + _share(b, start, length)) / 2
    place = {"x": f"{middle:.3f}%", "y": y, "text-anchor": "middle"}
    _text(parent, "text", text, **{"class": f"{kind} dg-from-{width}"}, **place)


def _span(a: float, b: float, start: float, length: float) -> dict[str, str]:
    left, right = _share(a, start, length), _share(b, start, length)
    return {"x": f"{left:.3f}%", "width": f"{max(right - left, 0.15):.3f}%"}


def _share(metre: float, start: float, length: float) -> float:
    return min(100.0, max(0.0, 100 * (metre - start) / length))


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text


def _grouped(number: float, lang: str) -> str:
    text = f"{round(number):,}"
    return text if lang == "en" else text.replace(",", ".")


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
