"""Every address that can be read, from the application's own list of routes: a new route is walked without asking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

# What stands for the other parts of an address than `code`; a part that is not here fails the walk.
PARTS = {
    "event_id": "1", "proposal_id": "1", "session_id": "1", "token_id": "1", "name": "tester", "upload_id": "1",
    "import_id": "1", "document_id": "1", "item_id": "1", "fact_id": "1", "paper_id": "1", "dang": "pdf",
    "row_id": "1", "assignment_id": "1", "secret": "khong-co.ics", "obstacle_id": "1", "complaint_id": "1",
    "node": "OPEN", "body": "00097", "scenario_id": "1",
    "z": "12", "x": "3252", "y": "1802",  # Hồng Hà
}  # fmt: skip
CASE_ROUTES = re.compile(r"^/(ho-so|api/cases)/\{code\}")
# Lists that need to be told of which project, and the filters that a reader would try.
QUERIES = {
    "/api/land-map/parcels": ("at=105.838,21.0605&project={project}", "case={project}-0042"),
    "/api/land-map/search": ("q=km1&project={project}", "q={project}-", "q={project}-0042", "q=40/100"),
    "/api/projects/{code}/cases/selection": ("", "gang=1", "vung=105,20;107,20;107,22;105,22"),
    "/du-an/{code}/ghi-hang-loat": ("", "tu_km=Km0&den_km=Km900", "vung=105,20;107,20;107,22;105,22"),
    "/dang-nhap": ("tiep=/danh-muc",),  # who is signed in is led on: a ward officer to all their projects
    "/viec-hom-nay": ("du-an={project}", "du-an={project}&ds=chua-nhan-tien&lang=en"),
    "/viec-hom-nay/tai-ve": ("du-an={project}",),
    "/vuong-mac/tai-ve": ("du_an={project}",),
    "/cam-ket/tai-ve": ("du_an={project}",),
    "/api/worklist": ("du-an={project}&limit=500",),
    "/api/cases": ("project={project}&limit=500", "project={project}&gang=1&limit=500"),
    "/du-an/{code}/ho-so": ("", "doan=0.0-900000.0&mo=1&tu=50"),
    "/du-an/{code}/ho-so/tai-ve": ("", "gang=1&lang=en"),
    "/bieu-tong-hop": ("du-an={project}", "du-an={project}&don-vi=quan&dem=thua&bang=day-du&lang=en"),
    "/bieu-tong-hop/tai-ve": ("du-an={project}", "du-an={project}&don-vi=quan&lang=en"),
    "/bieu-tong-hop/ho-so": ("cot=10", "cot=22&dem=thua", "cot=11&lang=en"),
    "/du-an/{code}/rui-ro": ("", "hat=7&lang=en"),
    "/du-an/{code}/chat-luong": ("", "lang=en"),
    "/du-an/{code}/duong-gang": (
        "",
        "tat_ca=1&lang=en",
        "gang=1&an=quan-he",
        "vi_sao=OPEN",
        "vi_sao={project}-0042&lang=en",
    ),
    "/du-an/{code}/duong-gang/mang": ("", "tat_ca=1&moc=OPEN&duong=2&lang=en"),
    "/du-an/{code}/duong-gang/sua": ("", "viec=OPEN&lang=en"),
    "/du-an/{code}/duong-gang/tien-do": ("", "tat_ca=1&lang=en"),
    "/du-an/{code}/ba-khung": ("", "tat_ca=1&lang=en"),
    "/api/projects/{code}/chosen": (
        "chon=ho-so:{project}-0042",
        "chon=doan:TIM:0-900000",
        "chon=viec:OPEN",
    ),
    "/api/projects/{code}/network": ("", "format=graphml", "land=true"),
    "/du-an/{code}/tai-dinh-cu": ("", "khu=THULAM&lang=en"),
    "/du-an/{code}/di-doi": ("", "sua=M1&lang=en"),
    "/du-an/{code}/kich-ban": ("", "thay=critical~%2B15~", "thay=ward~%2B15~00097&lang=en"),
    "/du-an/{code}/go-vuong": ("", "can=20&lang=en"),
    "/api/projects/{code}/release": ("", "days=10"),
    "/du-an/{code}/mat-bang": ("", "lien=50&lang=en"),
    "/api/projects/{code}/land/gaps": ("", "lien=50"),
    "/vuong-mac": (
        "",
        "cap=ward&qua_han=1&du_an={project}",
        "vuong=NGUON_GOC&lang=en",
        "phuong=00097&tu=100",
    ),
    "/cam-ket": ("", "du_an={project}&xem=1", "phuong=00097&tinh_trang=broken&lang=en"),
    "/giao-ban": ("", "ky=month&lang=en"),
    "/giao-viec": ("", "no=1&ky=month&lang=en", "dem=no&ky=quarter&den=2026-03-31"),
    "/giao-viec/tai-ve": ("", "dang=csv&lang=en"),
    "/giao-viec/moi": (
        "",
        "nguon=report&ma={project}",
        "nguon=case&ma={project}-0042",
        "nguon=bottleneck&ma=un_tac",
    ),
    "/api/assignments": ("", "tinh_trang=open&du_an={project}&limit=500"),
    "/api/assignments/debts": ("kind=month",),
    "/api/obstacles": ("", "tier=ward&overdue=1&project={project}&limit=500"),
    "/api/commitments": ("", "project={project}&listed=1&state=open"),
    "/bao-cao-cham/{code}": ("", "lang=en&ngay=2026-06-30", "tu=2026-03-13&den=2026-04-02&moc=LAND&lang=en"),
    "/bao-cao-cham/don-vi/{body}": ("", "tu=2026-03-13&ngay=2026-04-10&lang=en"),
    "/api/projects/{code}/slip": ("from=2026-03-13&to=2026-04-02", "ngay=2026-03-20&milestone=LAND"),
}


def readable(app: FastAPI, project: str, case: str) -> Iterator[str]:
    """The addresses of all GET routes for a project and a case."""
    for path in sorted({route.path for route in _routes(app.routes) if "GET" in (route.methods or ())}):
        parts = PARTS | {"code": case if CASE_ROUTES.match(path) else project}
        address = path.format(**parts)
        for query in QUERIES.get(path, ("",)):
            filled = query.format(project=project)
            yield f"{address}?{filled}" if filled else address


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from _routes(router.routes)


def with_query(address: str, query: str) -> str:
    """The address with one more piece of a query."""
    return f"{address}{'&' if '?' in address else '?'}{query}"
