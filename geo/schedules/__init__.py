"""Schedules of other programs: read and written by MPXJ in a limited child process that runs a Java machine.

`door` is the parent's side, `child` the process; `firstlook`, `xer` and `markup` judge a file before Java sees it,
`java` starts the machine, `inward` and `outward` translate its objects. Nothing is imported here: the child imports
this package before it has limited itself.
"""
