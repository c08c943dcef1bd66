"""Trying things out on a copy: what other handovers and works would do to the dates, and where a release pays most.

- `changes`: what is different, as values and as JSON
- `lawful`: the earliest day on which the law lets a case be handed over
- `stand`: the project's network and land on a day, scheduled
- `resolve`: which nodes of the network that touches, or every reason why it may not be
- `trial`: the copy scheduled in full, the shift of each milestone and the chain that drives afterwards
- `blocked`: who holds the completion date and by how much: single gains, Shapley shares, the smallest release
"""
