"""The slip ledger: by how many days a milestone moved on each day between two dates, and what moved it.

Modules, in the order in which they build on each other:

- `model`: the result as frozen values
- `states`: what is known of a project at the end of a day, and the state between two half-steps
- `sharing`: exact Shapley shares of what changed at once
- `lawful_days`, `outlook`: the forecasts of day after day under the same grounds
- `ground`: the land of a state as arrays
- `sides`, `causes`: two states as arrays, what changed between them, and what of it can matter
- `daily`, `book`: one day in half-steps; the days of a period and their totals
"""
