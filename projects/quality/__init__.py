"""How far a schedule can be trusted: DCMA's 14 points and checks in the sense of GAO's good practice.

- `model`: findings, limits, the gate; `words`: what each check is called and what it means
- `sheet`: the activities and links that are judged; land is no plan of anybody and is left out
- `logic`, `dates`, `path`: the checks; `assess`: all of them on one schedule
"""
