"""JSON that may stand inside a `<script>` element."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def to_script(value: object) -> str:
    """`value` as a JavaScript literal without `<`, `>`, `&`, U+2028 and U+2029.

    So no text can close the script element, open a comment in it or end a line. Dates become ISO text.
    Raises TypeError for anything else that JSON does not know, ValueError for NaN and infinity.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    for character, escape in _UNSAFE.items():
        text = text.replace(character, escape)
    return text


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} does not belong into a map's configuration")
