"""The slip ledger as JSON, as part of the delay report, and on the command line."""

from __future__ import annotations
