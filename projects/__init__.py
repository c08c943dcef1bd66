"""What a project, a clearance case, a calendar and a critical path are: pure, no I/O, no clock, no SQL.

Modules, in the order in which they build on each other:

- `model`, `errors`: frozen values and refusals
- `chainage`, `codes`, `steps`, `clearance`: lý trình, code lists, the steps of land clearance and their moves
- `calendars`, `network`, `passes`, `cpm`: working days, the dependency graph, the critical-path method
- `engine`: the network engine with shifts, constraints, what-if, ranking and simulation (a package of its own)
- `templates`: a network from a template and the work fronts
- `forecasting`: when a case will be handed over and why (a package of its own, on `law`)
- `openings`, `land`, `gains`, `impact`: when fronts open, cases in the network, what each release brings
- `portfolio`: lights, blocked stretches, roll-up
- `catalog`: the portfolio files
"""

__all__ = [
    "calendars",
    "catalog",
    "chainage",
    "clearance",
    "codes",
    "cpm",
    "engine",
    "errors",
    "forecasting",
    "gains",
    "impact",
    "land",
    "model",
    "network",
    "openings",
    "passes",
    "portfolio",
    "steps",
    "template_checks",
    "templates",
]
