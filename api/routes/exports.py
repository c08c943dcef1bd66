"""Land as a file for other programs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.pages.wanted_cases import STRETCH, stretch
from api.usecases.exports import export_land
from api.usecases.listing import CaseFilter
from geo.exporting import SYSTEMS, ExportFormat, write_export

router = APIRouter(prefix="/api/projects/{code}", tags=["land"])
System = Annotated[
    Literal["vn2000", "wgs84"],
    Query(description="VN-2000 (EPSG:5897) hoặc WGS 84 (EPSG:4326); KML luôn là WGS 84."),
]


@router.get(
    "/export",
    summary="Xuất thửa đất: GPKG, GeoJSON, SHP, KML, DXF (export)",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "Tệp zip: dữ liệu và lời ghi"}},
)
def export(
    session: SessionDep, ctx: ContextDep, code: ProjectCode,
    dang: Annotated[ExportFormat, Query(description="Dạng tệp.")] = "gpkg", he: System = "vn2000",
    buoc: Annotated[str, Query(description="Nhóm bước 1…7 hoặc mã bước S00…S105.")] = "",
    phuong: Annotated[str, Query(description="Mã phường/xã.")] = "",
    mui: Annotated[str, Query(description="Mã mũi thi công.")] = "",
    vuong: Annotated[str, Query(description="Mã vướng mắc.")] = "",
    gang: Annotated[str, Query(pattern="^1?$", description="1: chỉ hồ sơ giữ đường găng.")] = "",
    mo: Annotated[str, Query(pattern="^1?$", description="1: chỉ hồ sơ còn vướng.")] = "",
    doan: Annotated[str, Query(pattern=STRETCH, description="Đoạn lý trình, m: 526.3-1757.")] = "",
    ngay: DataDate = None,
) -> FileResponse:  # fmt: skip
    """The parcels within the reader's reach that match the filters of the case list, zipped with what they are."""
    chosen = CaseFilter(
        step=buoc or None, ward=phuong or None, front=mui or None, obstacle=vuong or None, driving=bool(gang),
        open_only=bool(mo), between=stretch(doan),
    )  # fmt: skip
    made = export_land(session, ctx, code, chosen, as_of=ngay)
    folder = Path(tempfile.mkdtemp(prefix="duonggang-export-"))
    try:
        path = write_export(made, dang, SYSTEMS[he], folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        path, media_type="application/zip", filename=path.name,
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )  # fmt: skip
