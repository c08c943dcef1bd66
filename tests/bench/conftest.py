"""The figures of a run are written to build/bench.json when it is over."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.bench.measuring import FIGURES
from tests.conftest import ROOT


@pytest.fixture(scope="session", autouse=True)
def written() -> Iterator[None]:
    yield
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(FIGURES, ensure_ascii=False, indent=2) + "\n")
