"""The portfolio catalogue: parsed text files in, checked frozen values out; reads no file itself."""

from __future__ import annotations

from projects.catalog.actuals import apply_progress, work_fronts
from projects.catalog.facts import (
    AlignmentFacts,
    Bottleneck,
    ClaimFacts,
    Component,
    DemoFacts,
    DemoPromise,
    DemoWard,
    FrontFacts,
    Group,
    LatLon,
    MilestoneFacts,
    Portfolio,
    ProgressFacts,
    Project,
    ResettlementFacts,
    SectionFacts,
    WardCrossing,
    WardFacts,
)
from projects.catalog.parts import computed_percent
from projects.catalog.units import UNITS, unit_en
from projects.catalog.whole import parse_portfolio

__all__ = [
    "UNITS",
    "AlignmentFacts",
    "Bottleneck",
    "ClaimFacts",
    "Component",
    "DemoFacts",
    "DemoPromise",
    "DemoWard",
    "FrontFacts",
    "Group",
    "LatLon",
    "MilestoneFacts",
    "Portfolio",
    "ProgressFacts",
    "Project",
    "ResettlementFacts",
    "SectionFacts",
    "WardCrossing",
    "WardFacts",
    "apply_progress",
    "computed_percent",
    "parse_portfolio",
    "unit_en",
    "work_fronts",
]
