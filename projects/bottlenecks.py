"""The five bottlenecks of the city (năm điểm nghẽn): a tag of projects and a register with progress of its own.

Their names are those of `data/portfolio/portfolio.toml`; the mayor calls the second one "vi phạm trật tự xây dựng –
đất đai" (fact sheet 2.9, sources G1–G3).
"""

from __future__ import annotations

BOTTLENECKS: dict[str, tuple[str, str]] = {
    "un_tac": ("Ùn tắc giao thông", "Traffic congestion"),
    "trat_tu": ("Trật tự đô thị", "Urban order"),
    "ung_ngap": ("Úng ngập", "Flooding"),
    "o_nhiem": ("Ô nhiễm môi trường", "Environmental pollution"),
    "an_toan_thuc_pham": ("An toàn thực phẩm", "Food safety"),
}
