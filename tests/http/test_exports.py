"""What leaves by the export is what the list shows, within the reader's reach, without names."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from starlette.testclient import TestClient

from api.settings import Settings
from tests.people import make_tester

LIST = "/api/cases?project=TULIEN&limit=500"


def opened(answer_bytes: bytes, folder: Path) -> tuple[gpd.GeoDataFrame, dict[str, object]]:
    with zipfile.ZipFile(io.BytesIO(answer_bytes)) as archive:
        archive.extractall(folder)
    (data,) = [p for p in folder.iterdir() if p.suffix in (".gpkg", ".geojson", ".shp", ".kml", ".dxf")]
    return pyogrio.read_dataframe(data), json.loads((folder / "thong-tin.json").read_text("utf-8"))


@pytest.mark.parametrize("query", ["", "&gang=1", "&buoc=S80"])
def test_the_export_holds_the_parcels_of_the_list(client: TestClient, tmp_path: Path, query: str) -> None:
    listed = client.get(LIST + query).json()
    answer = client.get(f"/api/projects/TULIEN/export?dang=gpkg{query}")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    land, about = opened(answer.content, tmp_path)
    assert about["parcels"] == len(land) == listed["parcels"]
    assert set(land["case"]) >= {row["code"] for row in listed["rows"]}
    assert land["case"].nunique() == listed["total"]
    assert "minh-hoa" in answer.headers["content-disposition"]
    assert "MINH HOẠ" in str(about["demo"])


@pytest.mark.parametrize("kind", ["geojson", "shp", "kml", "dxf"])
def test_every_format_is_delivered(client: TestClient, tmp_path: Path, kind: str) -> None:
    answer = client.get(f"/api/projects/TULIEN/export?dang={kind}&he=wgs84&gang=1")
    assert answer.status_code == 200
    land, about = opened(answer.content, tmp_path)
    assert len(land) >= int(str(about["parcels"])) > 0


def test_a_ward_officer_takes_out_the_own_ward_only_and_no_names(
    app: object, client: TestClient, portfolio_settings: Settings, tmp_path: Path
) -> None:
    wards = {row["ward_code"] for row in client.get(LIST).json()["rows"]}
    mine = sorted(wards)[0]
    officer = make_tester(portfolio_settings, "xuat-phuong", "ward_officer", wards=(mine,))
    answer = client.get("/api/projects/TULIEN/export?dang=geojson", headers=officer.headers)
    land, _ = opened(answer.content, tmp_path)
    assert set(land["ward_code"]) == {mine} != wards
    assert not {"full_name", "id_number", "phone", "amount_vnd", "note"} & set(land.columns)


def test_nothing_to_export_and_wrong_wishes_are_said(client: TestClient) -> None:
    none = client.get("/api/projects/TULIEN/export?phuong=99999")
    assert (none.status_code, none.json()["error"]) == (422, "InvalidInput")
    assert client.get("/api/projects/TULIEN/export?dang=dwg").status_code == 422
    assert client.get("/api/projects/TULIEN/export?he=3857").status_code == 422
    assert client.get("/api/projects/KHONGCO/export").status_code == 404
    leader = client.get("/api/projects/TULIEN/export", headers={"authorization": "Bearer dg_khong"})
    assert leader.status_code == 401
