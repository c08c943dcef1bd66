"""Numbers, dates and days as people read them in Vietnamese (first) and English; pure functions.

Every function takes the value and the language ("vi" or "en"). An unknown value is an en dash, never 0.
Rounding is half up in decimal arithmetic, because 2.675 ha must read 2,68 whatever the binary float says.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from projects.chainage import format_chainage
from projects.stationing import PLAIN, Stationing, format_station

Number = int | float | Decimal

UNKNOWN = "–"
MINUS = "−"
# Viet Nam has one time zone without daylight saving; a fixed offset needs no time-zone files on the machine.
HANOI_TIME = timezone(timedelta(hours=7))

_SEPARATORS = {"vi": (".", ","), "en": (",", ".")}


def number(value: Number | None, lang: str, decimals: int | None = None) -> str:
    """20.200 · 62,54 (vi), 20,200 · 62.54 (en). Without `decimals` the value's own, at most 6, no padding."""
    if value is None:
        return UNKNOWN
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    places = 6 if decimals is None else decimals
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    thousands, point = _SEPARATORS[lang]
    text = text.replace(",", "\0").replace(".", point).replace("\0", thousands)
    return f"{MINUS}{text}" if rounded < 0 else text


def signed(value: Number | None, lang: str) -> str:
    """+42, −5, 0 with a real minus sign."""
    if value is None:
        return UNKNOWN
    return f"+{number(value, lang)}" if value > 0 else number(value, lang)


def days(count: int | None, lang: str) -> str:
    """7 ngày · 1 day · 7 days."""
    return counted(count, "ngày", "day", "days", lang)


def slip(count: int | None, lang: str) -> str:
    """+42 ngày · −5 ngày · 0 ngày (vi), +42 days · +1 day (en); positive means late."""
    if count is None:
        return UNKNOWN
    return f"{signed(count, lang)} {_day_word(count, lang)}"


def counted(count: Number | None, vi: str, one: str, many: str, lang: str) -> str:
    """732 thửa · 1 parcel · 732 parcels."""
    if count is None:
        return UNKNOWN
    word = vi if lang == "vi" else one if count == 1 else many
    return f"{number(count, lang)} {word}"


def deadline(days_left: int | None, lang: str) -> str:
    """còn 7 ngày · quá hạn 2 ngày · hôm nay (vi); 7 days left · 2 days overdue · today (en)."""
    if days_left is None:
        return UNKNOWN
    if days_left == 0:
        return "hôm nay" if lang == "vi" else "today"
    amount = days(abs(days_left), lang)
    if lang == "vi":
        return f"còn {amount}" if days_left > 0 else f"quá hạn {amount}"
    return f"{amount} left" if days_left > 0 else f"{amount} overdue"


def date_text(value: date | None, lang: str) -> str:
    """13/03/2026 in both languages."""
    del lang  # one order for both: a reader of a Vietnamese report must not meet 03/13
    return UNKNOWN if value is None else f"{value:%d/%m/%Y}"


def moment(value: datetime | None, lang: str) -> str:
    """17:00 13/03/2026 in Hanoi time."""
    del lang
    return UNKNOWN if value is None else f"{value.astimezone(HANOI_TIME):%H:%M %d/%m/%Y}"


def money(billions: Number | None, lang: str) -> str:
    """3.945 tỷ đồng · VND 3,945 billion; the argument is in tỷ đồng."""
    if billions is None:
        return UNKNOWN
    return f"{number(billions, lang)} tỷ đồng" if lang == "vi" else f"VND {number(billions, lang)} billion"


def area(square_metres: Number | None, lang: str) -> str:
    """ha with two decimals from one hectare up, whole m² below."""
    if square_metres is None:
        return UNKNOWN
    if square_metres >= 10_000:
        return f"{number(Decimal(str(square_metres)) / 10_000, lang, 2)} ha"
    return f"{number(square_metres, lang, 0)} m²"


def area_ha(hectares: Number | None, lang: str) -> str:
    """A published area: 62,54 ha, and 575,6 ha keeps the precision that it was printed with."""
    if hectares is None:
        return UNKNOWN
    exact = hectares if isinstance(hectares, Decimal) else Decimal(str(hectares))
    places = max(0, min(2, -int(exact.as_tuple().exponent)))
    return f"{number(exact, lang, places)} ha"


def parcel_area(square_metres: Number | None, lang: str) -> str:
    """418,9 m²: one decimal, as on a parcel's sheet."""
    return UNKNOWN if square_metres is None else f"{number(square_metres, lang, 1)} m²"


def length(metres: Number | None, lang: str) -> str:
    """850 m below one kilometre, 5,15 km from there up."""
    if metres is None:
        return UNKNOWN
    # Rounded first, so that 999.7 m does not read "1.000 m" beside "1,00 km".
    if round(metres) < 1000:
        return f"{number(metres, lang, 0)} m"
    return f"{kilometres(metres, lang)} km"


def kilometres(metres: Number | None, lang: str) -> str:
    """The bare number for table columns in km: 1,22."""
    return UNKNOWN if metres is None else number(Decimal(str(metres)) / 1000, lang, 2)


def chainage(metres: Number | None, lang: str, stations: Stationing = PLAIN) -> str:
    """Km12+345, to the nearest metre; `stations` are the equations of the alignment that the measure is on."""
    del lang  # a stake reads the same in both languages
    if metres is None:
        return UNKNOWN
    value = float(metres)
    return f"{MINUS}{format_chainage(-value)}" if value <= -0.5 else format_station(stations, max(value, 0.0))


def run(from_m: Number | None, to_m: Number | None, lang: str, stations: Stationing = PLAIN) -> str:
    """Km0+848 – Km1+043: an interval of measures; one stake when both ends are the same metre."""
    if from_m is None or to_m is None:
        return UNKNOWN
    first, last = chainage(from_m, lang, stations), chainage(to_m, lang, stations)
    if first != last and stations.equations:
        last = format_station(stations, max(float(to_m), 0.0), back=True)
    return first if first == last else f"{first} – {last}"


def percent(value: Number | None, lang: str, decimals: int = 1) -> str:
    """47,7%; never without its share beside it."""
    return UNKNOWN if value is None else f"{number(value, lang, decimals)}%"


def share(part: Number | None, whole: Number | None, unit: str, lang: str) -> str:
    """29,85 / 62,54 ha (47,7%): numerator, denominator, unit, then the percentage of these two numbers."""
    if part is None or whole is None:
        return UNKNOWN
    text = f"{number(part, lang)} / {number(whole, lang)} {unit}"
    if not whole:
        return text
    return f"{text} ({percent(Decimal(str(part)) * 100 / Decimal(str(whole)), lang)})"


def _day_word(count: int, lang: str) -> str:
    if lang == "vi":
        return "ngày"
    return "day" if abs(count) == 1 else "days"
