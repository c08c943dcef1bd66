"""The slip ledger: by how many days a milestone moved on each day between two dates, and what moved it.

Modules, in the order in which they build on each other:

- `model`: the result as frozen values
- `states`: what is known of a project at the end of a day
"""
