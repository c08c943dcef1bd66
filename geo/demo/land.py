"""What kinds of plots a demo ward gets: land-use families, sizes in m², and how plots gather into neighbourhoods.

Sizes are the usual ones of Hanoi (fact sheet): town houses 40–150 m², rural house plots 150–400 m², fields
300–1500 m², plots of organisations 1000–8000 m². They are starting values: a ward whose published count of parcels is
large for its area gets smaller plots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.demo.chance import Stream, apportion

HOUSE, FIELD, GRAVE, YARD, WAY = "house", "field", "grave", "yard", "way"

# Land-use code → family, smallest, usual and largest plot in m².
KINDS: Mapping[str, tuple[str, float, float, float]] = {
    "ODT": (HOUSE, 38.0, 72.0, 150.0),
    "ONT": (HOUSE, 150.0, 230.0, 400.0),
    "LUC": (FIELD, 300.0, 640.0, 1500.0),
    "LUK": (FIELD, 300.0, 600.0, 1500.0),
    "LUN": (FIELD, 300.0, 600.0, 1500.0),
    "HNK": (FIELD, 300.0, 480.0, 1300.0),
    "BHK": (FIELD, 300.0, 480.0, 1300.0),
    "NHK": (FIELD, 300.0, 600.0, 1500.0),
    "CLN": (FIELD, 250.0, 520.0, 1500.0),
    "NTS": (FIELD, 500.0, 1100.0, 3500.0),
    "RSX": (FIELD, 1500.0, 4000.0, 9000.0),
    "RPH": (FIELD, 1500.0, 4000.0, 9000.0),
    "NTD": (GRAVE, 200.0, 600.0, 2500.0),
    "DGT": (WAY, 100.0, 250.0, 700.0),
    "DTL": (WAY, 100.0, 250.0, 700.0),
    "TMD": (YARD, 300.0, 900.0, 3500.0),
    "SKC": (YARD, 800.0, 2200.0, 8000.0),
    "TSC": (YARD, 1000.0, 1800.0, 6000.0),
    "DGD": (YARD, 1000.0, 2600.0, 8000.0),
    "DYT": (YARD, 1000.0, 2000.0, 8000.0),
    "DVH": (YARD, 300.0, 800.0, 3000.0),
    "CQP": (YARD, 1500.0, 3500.0, 8000.0),
    "CAN": (YARD, 1000.0, 2000.0, 6000.0),
    "TON": (YARD, 1000.0, 1800.0, 6000.0),
    "TIN": (YARD, 300.0, 700.0, 2500.0),
}
OTHER = (FIELD, 200.0, 500.0, 1500.0)
# A plot with a composite code such as ONT+CLN is the house plot with its garden.
GARDEN = 1.6
# A shop, office or piece of road between houses is not larger than this.
SHOP_M2 = 130.0

# The share of a neighbourhood that is plots and not paths, and its smallest and largest number of plots.
FILL: Mapping[str, float] = {HOUSE: 0.8, FIELD: 0.93, GRAVE: 0.95, YARD: 0.95, WAY: 1.0}
GATHERING: Mapping[str, tuple[int, int]] = {HOUSE: (14, 45), FIELD: (10, 32)}


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot to be laid out: its land-use code, family and wanted area in m²."""

    land_use: str
    family: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Plots of one family that lie together on `area_m2`, paths included; without plots it is empty land.

    `yards` are the large plots (organisations, graveyards) that stand among them.
    """

    family: str
    plots: tuple[Plot, ...]
    yards: tuple[Plot, ...]
    area_m2: float


def draw_plots(land_use: Mapping[str, float], count: int, organisations: int, stream: Stream) -> list[Plot]:
    """`count` plots with the given shares of land-use codes, sizes drawn around the usual size of each.

    Only `organisations` of the plots for offices, shops and works are large; the others are shop houses and the like
    among the ordinary plots.
    """
    plots: list[Plot] = []
    for code, number in zip(land_use, apportion(count, list(land_use.values())), strict=True):
        family, low, usual, high = KINDS.get(code.split("+")[0], OTHER)
        factor = GARDEN if "+" in code else 1.0
        for pull in stream.uniforms(number, 2):
            # Two pulls in turn: most plots are near the usual size, a few are near the ends.
            size = usual + (high - usual) * (pull[0] * 2 - 1) ** 3 * pull[1] if pull[0] > 0.5 else 0.0
            size = size or usual - (usual - low) * (1 - pull[0] * 2) * pull[1]
            plots.append(Plot(code, family, float(size) * factor))
    yards = sorted((i for i, p in enumerate(plots) if p.family == YARD), key=lambda i: (-plots[i].area_m2, i))
    for i in yards[organisations:]:
        plots[i] = ordinary(plots[i], plots)
    return plots


def ordinary(plot: Plot, among: Sequence[Plot]) -> Plot:
    """The plot as one of the usual kind around it: a small plot between houses, or a piece between fields."""
    houses = sum(p.family == HOUSE for p in among)
    fields = sum(p.family == FIELD for p in among)
    if houses >= fields and houses:
        return replace(plot, family=HOUSE, area_m2=min(plot.area_m2, SHOP_M2))
    return replace(plot, family=FIELD)


def gather(plots: list[Plot], stream: Stream, *, closeness: float) -> list[Neighbourhood]:
    """The plots in neighbourhoods of their family, villages and fields alternating as on a real map.

    `closeness` up to 1 makes the neighbourhoods smaller.
    """
    runs: list[list[list[Plot]]] = []
    for family in (HOUSE, FIELD):
        members = stream.shuffled([plot for plot in plots if plot.family == family])
        low, high = (max(1, round(size * min(closeness, 1.0))) for size in GATHERING[family])
        groups = []
        while members:
            size = stream.whole(low, high)
            if len(members) - size < low:
                size = len(members)
            groups.append(members[:size])
            members = members[size:]
        while groups:
            size = stream.whole(1, 3)
            runs.append(groups[:size])
            groups = groups[size:]
    yards = stream.shuffled([plot for plot in plots if plot.family in (GRAVE, YARD)])
    hosts = [group for run in stream.shuffled(runs) for group in run] or [[]]
    guests: list[list[Plot]] = [[] for _ in hosts]
    for yard in yards:
        guests[stream.whole(0, len(hosts) - 1)].append(yard)
    return [
        Neighbourhood(host[0].family if host else YARD, tuple(host), tuple(guest), room(host) + room(guest))
        for host, guest in zip(hosts, guests, strict=True)
    ]


def room(plots: Iterable[Plot]) -> float:
    """The land (m²) that plots take with the paths between them."""
    return sum(plot.area_m2 / FILL[plot.family] for plot in plots)
