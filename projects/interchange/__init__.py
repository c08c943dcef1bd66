"""Schedules of other programs and ours: what they say, what we make of it, and what differs.

- `plan`: a foreign schedule as frozen values, checked as they come
- `words`: the sentences for what we cannot do
- `mapping`, `calendars`: a plan as a network of `projects.engine`, with what was left out named
- `comparing`: sender's dates beside ours, and the rule that explains a difference
- `tying`: which activities a stretch of land belongs to
- `package`: an accepted import as one JSON document
- `outward`: a network as a plan again
"""
