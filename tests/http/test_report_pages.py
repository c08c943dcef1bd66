"""Reports of real projects on paper: nothing leaves the page, no letter is missing, the pack has its charts."""

from __future__ import annotations

import json
from datetime import date

import pytest
from starlette.testclient import TestClient
from weasyprint import HTML

from api.reports.document import document_of
from api.reports.files import content_in
from api.reports.pack import MOST_CLASHES, chart_in
from maps.papers.pdf import FONTS, SCHEME, fetch
from maps.reports.pdf import page
from maps.timeloc import Chart
from tests.pdf_pages import fonts, runs

MARGIN = 14.0  # points: 5 mm, which every printer reaches
ADDRESSES = {
    "pack": "/bao-cao-cham/TULIEN/tep?loai=tap", "long road": "/bao-cao-cham/VD4/tep?loai=tap",
    "portfolio": "/bao-cao-cham/tep?dang=pdf", "brief": "/bao-cao-cham/tep?dang=pdf&loai=tom-tat",
    "ward": "/bao-cao-cham/don-vi/00097/tep?dang=pdf",
}  # fmt: skip


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    """The PDFs that were made so far, by name."""
    return {}


def paper(client: TestClient, papers: dict[str, bytes], name: str) -> bytes:
    if name not in papers:
        answer = client.get(ADDRESSES[name])
        assert answer.status_code == 200, answer.text[:300]
        papers[name] = answer.content
    return papers[name]


def printed(html: str) -> bytes:
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{SCHEME}{file}") }}'
        for family, weight, file in FONTS
    )
    style = f"<style>{faces} body {{ font-family: Paper, 'Paper Vietnamese' }} @page {{ size: A4 }}</style>"
    return bytes(HTML(string=style + html, url_fetcher=fetch, base_url=SCHEME).write_pdf())


@pytest.mark.parametrize("name", list(ADDRESSES))
def test_no_text_leaves_the_page_and_every_letter_is_drawn_by_our_fonts(
    client: TestClient, papers: dict[str, bytes], name: str
) -> None:
    data = paper(client, papers, name)
    found = runs(data)
    assert len(found) > 200
    assert [run for run in found if not run.inside(MARGIN)] == []
    assert sum(run.missing for run in found) == 0
    assert {family.partition("-Bold")[0] for family in fonts(data)} <= {"Paper", "Paper-Vietnamese"}
    content = content_in(data)
    assert "[U+" not in page(document_of(content, content["document"]))


def test_the_check_sees_text_that_leaves_the_page_and_letters_that_no_font_has() -> None:
    fine = runs(printed("<p>Vướng mắc</p>"))
    assert all(run.inside(MARGIN) and not run.missing for run in fine)
    wide = runs(printed("<p style='white-space: nowrap'>" + "Vướng mắc " * 40 + "</p>"))
    assert not all(run.inside() for run in wide)
    assert sum(run.missing for run in runs(printed("<p>\ue123</p>"))) == 1


def test_the_pack_has_a_page_across_for_each_axis_with_the_clashes_of_the_screen(
    client: TestClient, papers: dict[str, bytes]
) -> None:
    data = paper(client, papers, "pack")
    axes = content_in(data)["time"]["axes"]
    across = {run.page for run in runs(data) if run.size[0] > run.size[1]}
    assert len(across) == len(axes) > 0
    shown = client.get("/du-an/TULIEN/ly-trinh").text
    for axis in axes:
        rows = shown[shown.index(f'id="dung-{axis["code"]}"') :]
        assert axis["clashes"] == rows[: rows.index("</table>")].count("<tr>") - 1
        assert len(axis["worst"]) == min(axis["clashes"], MOST_CLASHES)
        for clash in axis["worst"]:
            needed, there = (date.fromisoformat(clash[key]) for key in ("needed", "available"))
            assert (there - needed).days + 1 >= clash["short"] > 0
        chart = chart_in(json.loads(json.dumps(axis)))
        assert isinstance(chart, Chart)
        assert len(chart.traces) == len(axis["works"]) > 0
        assert len(chart.land) == len(axis["land"])


def test_the_charts_are_in_the_pack_alone(client: TestClient) -> None:
    content = client.get("/bao-cao-cham/TULIEN/tep?dang=json").json()
    assert "time" not in content
