"""One way of writing the content of a report, so that the same content has the same bytes and the same hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SHORT = 12


def canonical(content: Mapping[str, Any]) -> bytes:
    """The content as JSON: keys sorted, no blanks, UTF-8, one line. Floats must be rounded before they come here.

    Raises ValueError for NaN, infinity and values that JSON does not have.
    """
    try:
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return text.encode() + b"\n"


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical bytes, as hexadecimal digits."""
    return hashlib.sha256(canonical(content)).hexdigest()


def short(digits: str) -> str:
    """The first digits in groups of four, as they stand on paper."""
    return " ".join(digits[at : at + 4] for at in range(0, SHORT, 4))
