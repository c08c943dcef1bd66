"""How values stand on paper in Vietnamese: numbers with dots, dates by day, signs with a real minus."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from maps.reports.form import Kind, Value

UNKNOWN = "–"
MINUS = "−"


def said(value: Value, kind: Kind) -> str:
    """The value as a cell shows it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if kind == "days":
        return signed(Decimal(value))
    if kind == "metres":
        return f"{number(Decimal(value), 0)} m"
    if kind == "money":
        exact = Decimal(value)
        return number(exact, 3 if exact.copy_abs() < 10 else 1)
    return number(Decimal(value), 0 if isinstance(value, int) else 1)


def number(value: Decimal, places: int) -> str:
    """20.200 · 62,5."""
    exact = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(exact):,f}".replace(",", "\0").replace(".", ",").replace("\0", ".")
    return f"{MINUS}{text}" if exact < 0 else text


def signed(value: Decimal) -> str:
    """+42 · −5 · +8,5 · 0."""
    places = 0 if value == value.to_integral_value() else 1
    return f"+{number(value, places)}" if value > 0 else number(value, places)
