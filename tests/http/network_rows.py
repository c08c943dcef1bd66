"""What several tests of a network ask of its schedule."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient


def driving_task(client: TestClient, project: str) -> dict[str, Any]:
    """The last task on the chain that sets completion, as the schedule answers it."""
    answer = client.get(f"/api/projects/{project}/schedule").json()
    chain = set(answer["driving_chain"])
    return next(a for a in reversed(answer["activities"]) if a["code"] in chain and a["kind"] == "task")
