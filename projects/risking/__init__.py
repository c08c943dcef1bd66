"""Ranges for the Monte Carlo: what the records say of promises and steps, and what is assumed where they are silent.

- `waits`: how long things took, from records of which some are not over yet
- `ranges`: the range of each handover and of each piece of work, with how many observations it stands on
"""
