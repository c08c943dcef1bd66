"""Set-up of a fresh machine: `python3 -m api.bootstrap …`, with the system's Python and its standard library only."""
