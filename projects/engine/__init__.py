"""The network engine: an exact critical path on calendars with shifts, and fast passes on plain arrays.

Modules, in the order in which they build on each other:

- `shifts`, `model`: working time as intervals of minutes, the network as frozen values
- `checks`, `csr`, `setup`: every fault at once, topological numbering, the arrays of the passes
- `dated`, `schedule`, `rows`, `effort`: the passes on calendars and what they say of each activity
- `events`: thousands of dates from outside (land) joined to a network as arrays
- `paths`, `scenario`: drivers, float paths, drag; what-if on a copy
- `plain`, `levels`, `whatif`: large networks on whole numbers, without a compiler, one change at a time
- `ranking`: single gains, Shapley shares, the smallest release
- `spread`, `lanes`, `risk`: distributions and Monte Carlo
- `document`, `docparts`, `docrows`, `graph`: our network format, `networkx` and GraphML
- `recalled`: a compiled calendar as the calendar that it could have been compiled from
- `bridge`: the day networks of `projects.model`
- `jit`: the compiler
"""
