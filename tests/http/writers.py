"""Officers who change one case at the same time over HTTP, and the ledger of what was acknowledged to them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

DAY = "2026-03-13"
FIELDS = ("note", "promised_on", "obstacle")
OBSTACLES = ("NGUON_GOC", "TAI_DINH_CU", None)


@dataclass(frozen=True)
class Acknowledged:
    """An edit that was answered with 200: what it wrote, on which version, and the version that it made."""

    key: str
    field: str
    value: str | None
    seen: int
    version: int
    merged: int


def contend(client: TestClient, code: str, *, writers: int, edits: int) -> list[Acknowledged]:
    """Every writer tries so many edits; who meets a conflict looks at the case and insists once, then gives up."""
    ledger: list[Acknowledged] = []
    failed: list[str] = []
    start = threading.Barrier(writers)

    def work(me: int) -> None:
        seen = 1
        start.wait()
        for number in range(edits):
            field = FIELDS[(me + number) % len(FIELDS)]
            value = _value(field, me * edits + number)
            for attempt in range(2):
                key = f"w{me}-{number}-{attempt}"
                body = {"version": seen, field: value, "effective_on": DAY, "reason": key}
                answer = client.patch(
                    f"/api/cases/{code}", json=body, headers={"Idempotency-Key": f"{code}-{key}"}
                )
                told: dict[str, Any] = answer.json()
                if answer.status_code == 200:
                    ledger.append(Acknowledged(key, field, value, seen, told["version"], len(told["merged"])))
                    seen = told["version"]
                    break
                if answer.status_code != 409 or told["error"] != "StaleVersion" or told["fields"] != [field]:
                    failed.append(answer.text)
                    return
                seen = told["current"]["version"]

    threads = [threading.Thread(target=work, args=(me,)) for me in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return sorted(ledger, key=lambda entry: entry.version)


def overwritten(ledger: list[Acknowledged]) -> list[Acknowledged]:
    """The edits that another one wrote over whose author had not seen them: lost updates."""
    lost = []
    last: dict[str, Acknowledged] = {}
    for entry in ledger:
        older = last.get(entry.field)
        if older is not None and older.version > entry.seen and older.value != entry.value:
            lost.append(older)
        last[entry.field] = entry
    return lost


def _value(field: str, number: int) -> str | None:
    if field == "note":
        return f"ghi chú {number}"
    if field == "promised_on":
        return f"{2027 + number // 336}-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}"
    return OBSTACLES[number % len(OBSTACLES)]
