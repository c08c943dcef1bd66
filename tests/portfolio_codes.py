"""The projects that the city named, by code, as the tests expect them."""

from __future__ import annotations

LINES = ["VD1", "VD25", "VD4", "TULIEN", "TRANHUNGDAO", "NGOCHOI", "THUONGCAT"]
LINES += ["VANPHUC", "HONGHA", "MESO", "HOTAY", "QL1A", "QL6", "DLTL"]
SITES = ["YTE", "CVCNS"]
PROGRAMMES = ["CCC", "DA712"]
NETWORKS = [*LINES, *SITES]
CODES = [*NETWORKS, *PROGRAMMES]
