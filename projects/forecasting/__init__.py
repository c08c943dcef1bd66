"""When the land of a case will be with the investor, and why on that day.

Modules, in the order in which they build on each other:

- `lawful`: the earliest day that the law allows, by rule and article
- `pace`, `plots`: days of a step as observed or assumed; resettlement plots in their order of service
- `model`, `words`: a forecast with its parts, and its sentences
- `chain`: the forecast of a case, a fact, a promise or the steps that are left
"""
