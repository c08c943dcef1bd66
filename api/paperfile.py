"""The kinds of papers of `data/papers`, and their sentences filled in a sandbox."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from projects.papers import PaperKind, read_kinds

FILE = Path(__file__).resolve().parents[1] / "data" / "papers" / "papers.toml"
# Sentences become plain text: what escapes them for a page or a file comes after.
_SANDBOX = SandboxedEnvironment(autoescape=False, undefined=StrictUndefined)


@cache
def paper_kinds() -> dict[str, PaperKind]:
    """All kinds, in the order of the file. Raises ValueError for a file that is wrong."""
    return read_kinds(tomllib.loads(FILE.read_text("utf-8")))


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """A sentence with the values in their places; a value is never read as a sentence again."""
    return _SANDBOX.from_string(sentence).render(values)
