"""The door through which map files enter: every file is hostile until a limited child process has read it.

`reading` starts the child, `child` is that process, `parcels` and `wards` judge what it read. Nothing is imported
here, because the child imports this package before it has limited itself.
"""
