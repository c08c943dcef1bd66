"""The network engine: an exact critical path on calendars with shifts, and fast passes on plain arrays."""
