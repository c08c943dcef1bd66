"""A sheet as the answer to a request."""

from __future__ import annotations

from fastapi.responses import Response

from maps.sheets import Sheet, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(sheet: Sheet, name: str) -> Response:
    """The workbook of a sheet, to be saved as `name`.xlsx (letters, digits, "-" and ".")."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(workbook(sheet), media_type=XLSX, headers=headers)
