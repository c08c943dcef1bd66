"""The private database server: its programs, its processes and its places. `geo.cluster` is the door to it."""
