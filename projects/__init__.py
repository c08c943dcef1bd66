"""What a project, a clearance case, a calendar and a critical path are: pure, no I/O, no clock, no SQL.

Modules, in the order in which they build on each other:

- `model`, `errors`: frozen values and refusals
- `chainage`, `codes`, `steps`, `clearance`: lý trình, code lists, the steps of land clearance and their moves
- `calendars`, `network`: working days, the dependency graph
- `engine`: the network engine with shifts, constraints, what-if, ranking and simulation (a package of its own)
- `templates`: a network from a template and the work fronts
- `forecasting`: when a case will be handed over and why (a package of its own, on `law`)
- `plan`, `works`: a project's network as it is kept, and as the engine takes it
- `openings`, `land`, `reckoning`, `daily`: when fronts open, the works dated with a node per case, read in days
- `releases`, `impact`, `why`: what each release brings, what holds the completion, why a date is what it is
- `portfolio`: lights, blocked stretches, roll-up
- `catalog`: the portfolio files
"""

__all__ = [
    "calendars",
    "catalog",
    "chainage",
    "clearance",
    "codes",
    "daily",
    "engine",
    "errors",
    "forecasting",
    "impact",
    "land",
    "model",
    "network",
    "openings",
    "plan",
    "portfolio",
    "reckoning",
    "releases",
    "steps",
    "template_checks",
    "templates",
    "why",
    "works",
]
