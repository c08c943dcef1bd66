"""Invented land ("dữ liệu minh hoạ"): seeded parcels along each corridor, written as files that enter by the same
door as official ones. Counts follow the portfolio files; everything else is chance and nobody's land.
"""

from __future__ import annotations

from geo.demo.fabric import generate
from geo.demo.files import LAYER, write_demo_files

__all__ = ["LAYER", "generate", "write_demo_files"]
