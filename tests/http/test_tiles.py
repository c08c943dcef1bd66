"""Tiles over HTTP: who may have them, how long they are kept, what a wrong address answers."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from geo.tiles.grid import Tile, tile_at
from tests.mvt import decode
from tests.people import Tester

PROJECT = "TULIEN"
CHANGED = "NGOCHOI"  # these tests change cases of this project only
MVT = "application/vnd.mapbox-vector-tile"


def state(client: TestClient, project: str = PROJECT, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/projects/{project}/land-map{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def next_step(client: TestClient) -> tuple[str, dict[str, Any]]:
    """A case of CHANGED that nobody changed yet, and its lawful next step."""
    rows = client.get("/api/cases", params={"project": CHANGED, "buoc": "S80", "limit": 500}).json()["rows"]
    code = next(row["code"] for row in reversed(rows) if row["version"] == 1)
    return code, {
        "version": 1,
        "step": "S85",
        "effective_on": "2026-03-13",
        "document": "12/BB",
        "signer": "Nguyễn Văn Một",
    }


def middle(facts: dict[str, Any], zoom: int) -> Tile:
    west, south, east, north = facts["bounds"]
    return tile_at(zoom, (west + east) / 2, (south + north) / 2)


def address(tile: Tile, version: str, project: str = PROJECT) -> str:
    return f"/o/du-an/{project}/{tile.z}/{tile.x}/{tile.y}.mvt?v={version}"


def whole(client: TestClient, facts: dict[str, Any], zoom: int = 13) -> set[int]:
    """The case numbers on all tiles of a project."""
    west, south, east, north = facts["bounds"]
    low, high = tile_at(zoom, west, north), tile_at(zoom, east, south)
    found: set[int] = set()
    for x in range(low.x, high.x + 1):
        for y in range(low.y, high.y + 1):
            answer = client.get(address(Tile(zoom, x, y), facts["version"]))
            layer = decode(answer.content).get("parcels")
            found |= {f.properties["k"] for f in layer.features} if layer else set()
    return found


def test_all_tiles_together_show_the_cases_that_the_whole_geojson_shows(client: TestClient) -> None:
    features = client.get(f"/api/projects/{PROJECT}/parcels.geojson").json()["features"]
    facts = state(client)
    assert facts["parcels"] == len(features)
    assert len(whole(client, facts)) == len({f["properties"]["case"] for f in features}) == facts["cases"]
    drives = {f["properties"]["case"] for f in features if f["properties"]["drives"]}
    held = client.get(f"/api/projects/{PROJECT}/land-map/critical").json()
    assert {row[1] for row in held["critical"]} == drives
    assert held["critical_parcels"] == sum(f["properties"]["drives"] for f in features)
    assert sum(held["by_wait"].values()) == len(features)


@pytest.mark.parametrize("query", ["", "?ngay=2026-04-30"])
def test_the_map_counts_what_the_calculation_counts(client: TestClient, query: str) -> None:
    rows = client.get(f"/api/projects/{CHANGED}/parcels.geojson{query}").json()["features"]
    facts, of = state(client, CHANGED, query), Counter[Any]()
    for row in (f["properties"] for f in rows):
        of.update([("group", row["group"]), ("obstacle", row["obstacle"]), ("ward", row["ward"])])
    assert facts["parcels"] == facts["demo"] == len(rows)
    assert facts["cases"] == len({f["properties"]["case"] for f in rows})
    assert facts["area"] == pytest.approx(
        sum(f["properties"]["area"] for f in rows), abs=0.05 * len(rows) + 0.1
    )
    assert facts["by_group"] == [of["group", group] for group in range(1, 8)]
    assert facts["by_obstacle"] == {c: of["obstacle", c] for k, c in of if k == "obstacle" and c}
    assert {label: n for _, label, n in facts["wards"]} == {w: of["ward", w] for k, w in of if k == "ward"}
    assert sum(facts["by_owner"].values()) == len(rows)


def test_a_tile_of_this_version_may_be_kept_for_ever_and_an_old_one_not(client: TestClient) -> None:
    facts = state(client)
    tile = middle(facts, 13)
    fresh = client.get(address(tile, facts["version"]))
    assert fresh.headers["content-type"] == MVT
    assert fresh.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert {"Cookie", "Authorization"} <= set(fresh.headers["vary"].replace(" ", "").split(","))
    old = client.get(address(tile, "0" * 24))
    assert old.headers["cache-control"] == "private, no-cache"
    assert old.content == fresh.content


def test_a_tile_has_a_strong_tag_that_answers_304_and_differs_by_encoding(client: TestClient) -> None:
    facts = state(client)
    url = address(middle(facts, 13), facts["version"])
    packed = client.get(url, headers={"accept-encoding": "gzip"})
    plain = client.get(url, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the client unpacks
    tags = [packed.headers["etag"], plain.headers["etag"]]
    assert tags[0] != tags[1]
    assert all(tag.startswith('"') for tag in tags)
    again = client.get(url, headers={"accept-encoding": "gzip", "if-none-match": tags[0]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url, headers={"accept-encoding": "gzip", "if-none-match": '"x"'}).status_code == 200


def test_asking_for_news_costs_304_until_something_changes(client: TestClient) -> None:
    first = client.get("/api/land-map")
    tag = {"if-none-match": first.headers["etag"]}
    assert client.get("/api/land-map", headers=tag).status_code == 304
    code, body = next_step(client)
    assert client.patch(f"/api/cases/{code}", json=body).status_code == 200
    again = client.get("/api/land-map", headers=tag)
    assert again.status_code == 200
    assert again.json()["version"] != first.json()["version"]


def test_a_change_is_on_the_next_tile_at_once(client: TestClient) -> None:
    facts = state(client, CHANGED)
    code, body = next_step(client)
    land = client.get(f"/api/land-map/parcels?case={code}&project={CHANGED}").json()["features"][0]
    ring = land["geometry"]["coordinates"][0][0]
    tile = tile_at(16, *ring[0])

    def steps(version: str) -> list[str]:
        layer = decode(client.get(address(tile, version, CHANGED)).content)["parcels"]
        return sorted(f.properties["s"] for f in layer.features)

    before = steps(facts["version"])
    assert client.patch(f"/api/cases/{code}", json=body).status_code == 200
    fresh = state(client, CHANGED)["version"]
    assert fresh != facts["version"]
    assert steps(fresh) != before
    # An address of before shows what is true now: it is never answered from what was kept.
    assert steps(facts["version"]) == steps(fresh)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/o/du-an/TULIEN/16/70000/1.mvt", 404),
        ("/o/du-an/TULIEN/16/1/70000.mvt", 404),
        ("/o/du-an/TULIEN/2/1/1.mvt", 404),
        ("/o/du-an/KHONGCO/16/1/1.mvt", 404),
        ("/o/du-an/TULIEN/16/-1/1.mvt", 422),
        ("/o/du-an/TULIEN/40/1/1.mvt", 422),
        ("/o/du-an/TULIEN/a/1/1.mvt", 422),
        ("/o/thanh-pho/16/1/x.mvt", 422),
        ("/o/du-an/TULIEN/16/52000/28000.mvt?ngay=hom-qua", 422),
        ("/o/du-an/TULIEN/16/52000/28000.mvt?ngay=1999-01-01", 422),
    ],
)
def test_a_wrong_tile_address_says_so(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_land_without_parcels_is_an_empty_tile(client: TestClient) -> None:
    answer = client.get("/o/thanh-pho/16/100/100.mvt")
    assert (answer.status_code, answer.content) == (200, b"")


def test_no_tile_of_the_portfolio_is_heavier_than_250_kb(client: TestClient) -> None:
    version = client.get("/api/land-map").json()["version"]
    heaviest = 0
    for zoom in range(8, 17):
        centre = tile_at(zoom, 105.83, 21.03)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                tile = f"/o/thanh-pho/{zoom}/{centre.x + dx}/{centre.y + dy}.mvt?v={version}"
                heaviest = max(heaviest, len(gzip.compress(client.get(tile).content)))
    assert 0 < heaviest <= 250_000


def test_search_finds_a_chainage_a_case_and_a_parcel(client: TestClient) -> None:
    def found(text: str) -> list[dict[str, Any]]:
        answer = client.get("/api/land-map/search", params={"q": text, "project": PROJECT})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["found"]
        return rows

    (km,) = found("Km1+000")
    assert km["kind"] == "km"
    parcel = found("TULIEN-0042")[0]
    assert parcel["case"] == "TULIEN-0042"
    shown = client.get(f"/api/land-map/parcels?id={parcel['id']}").json()["features"][0]["properties"]
    same = found(f"{shown['sheet']}/{shown['number']}")
    assert parcel["id"] in {row["id"] for row in same}
    at = client.get(f"/api/land-map/parcels?at={parcel['lon']},{parcel['lat']}&project={PROJECT}").json()[
        "features"
    ]
    assert [f["properties"]["id"] for f in at] == [parcel["id"]]
    assert found("tờ 999999 thửa 1") == []
    assert client.get("/api/land-map/search", params={"q": "Km1+2000"}).status_code == 422


def test_waiting_days_name_each_case_once(client: TestClient) -> None:
    facts, waits = state(client), client.get(f"/api/projects/{PROJECT}/land-map/waits").json()
    assert len(waits["k"]) == len(set(waits["k"])) == len(waits["class"]) == facts["cases"]
    assert waits["k"] == sorted(waits["k"])
    assert set(waits["class"]) <= set("01234")


def test_nobody_without_reach_gets_a_parcel(
    app: FastAPI, people: dict[str, Tester], client: TestClient
) -> None:
    facts = state(client)
    tile = address(middle(facts, 13), facts["version"])
    assert client.get(tile).content
    with TestClient(app, base_url="http://127.0.0.1", headers=people["administrator"].headers) as admin:
        answer = admin.get(tile)
        assert answer.content == b""
        assert "immutable" not in answer.headers["cache-control"]  # the version is somebody else's
        assert admin.get("/api/land-map/parcels?case=TULIEN-0042").json()["features"] == []
        assert admin.get("/api/land-map/search?q=TULIEN-0042").json()["found"] == []
        assert json.loads(admin.get("/api/land-map").text)["parcels"] == 0
