"""Papers: whatever a value holds stands there as text, nothing is fetched, and the same paper gives the same bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx import Document
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from api.paperfile import filled, paper_kinds
from maps.papers import pdf
from maps.papers.docx import make_docx
from maps.papers.form import MOTTO, NATION, Paper
from maps.papers.pdf import Refused, fetch, make_pdf, page
from projects.papers import read_kinds
from projects.steps import STEPS

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    "<script>alert(1)</script>", "<img src='file:///etc/passwd'>", "<b>đậm</b> & \"ngoặc\" 'đơn'", "{{ 7 * 7 }}",
    "{% for x in y %}", "{{ ''.__class__.__mro__ }}", "🏠👨‍👩‍👧", "=1+1", "]]>", "<w:t>", "&lt;b&gt;", "url(file:///etc/passwd)",
)  # fmt: skip
TURNED = "A\u202eBC\u2066D\u200fE"


def paper(text: str = "x") -> Paper:
    return Paper(
        agency=("ỦY BAN NHÂN DÂN", "PHƯỜNG HỒNG HÀ"), number="12/TB-UBND", place="Hồng Hà", day=date(2026, 3, 5),
        title="THÔNG BÁO", subject="Thu hồi đất", basis=("Căn cứ Luật Đất đai;",),
        opening=text, paragraphs=(text, "ẳẵặ ữợỡ"),
        table=(("Tờ", "Thửa"), (text, "40")), recipients=(text,), signers=(("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),),
        marks=(text,), footer="12/TB-UBND",
    )  # fmt: skip


def words(made: bytes) -> list[str]:
    """Every text of a DOCX: paragraphs and cells."""
    document = Document(io.BytesIO(made))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stands_in_both_files_as_it_was_entered(text: str) -> None:
    assert sum(text in said for said in words(make_docx(paper(text)))) >= 5
    html = page(paper(text))
    assert "<script" not in html
    assert "<img" not in html


def test_what_no_font_of_the_house_draws_is_printed_as_its_code() -> None:
    assert "[U+1F3E0]" in page(paper("🏠"))
    assert "[U+1F3E0]" not in "".join(words(make_docx(paper("🏠"))))
    letters = "ẳẵặ ữợỡ ĐđƠơƯư Ắ 0123456789 %–…“”²"
    assert letters in page(paper(letters))


def test_signs_that_turn_the_direction_of_text_are_shown_as_their_codes() -> None:
    shown = "A[U+202E]BC[U+2066]D[U+200F]E"
    assert shown in words(make_docx(paper(TURNED)))
    assert shown in page(paper(TURNED))


def test_the_proof_of_text_sees_markup_where_values_are_not_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import Environment, FileSystemLoader

    loose = Environment(loader=FileSystemLoader(Path(pdf.__file__).parent), autoescape=False)
    monkeypatch.setattr(pdf, "_environment", lambda: loose)
    assert "<script" in page(paper(HOSTILE[0]))


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://127.0.0.1/x", "duonggang:../../../etc/passwd", "duonggang:", "data:,x"],
)
def test_the_printer_gets_our_fonts_and_nothing_else(address: str) -> None:
    with pytest.raises(Refused):
        fetch(address)


def test_the_pdf_carries_the_fonts_of_the_house_and_no_links_or_scripts() -> None:
    made = make_pdf(paper("https://evil.example/x javascript:alert(1)"))
    with pikepdf.open(io.BytesIO(made)) as document:
        names = {
            str(font.BaseFont)
            for p in document.pages
            for font in p.Resources.Font.values()
            if "/BaseFont" in font
        }
        assert {name.partition("+")[2].split("-")[0] for name in names} == {"Paper"}, names
        for p in document.pages:
            assert "/Annots" not in p
        assert "/OpenAction" not in document.Root
        assert "/Names" not in document.Root or "/JavaScript" not in document.Root.Names


def test_a_docx_holds_no_macro_no_link_and_no_part_of_elsewhere() -> None:
    with zipfile.ZipFile(io.BytesIO(make_docx(paper("x")))) as archive:
        names = archive.namelist()
        everything = "".join(
            archive.read(n).decode("utf-8", "replace") for n in names if n.endswith((".xml", ".rels"))
        )
    assert not any("vba" in name.lower() for name in names)
    assert 'TargetMode="External"' not in everything
    assert "{{" not in everything
    assert "{%" not in everything


def test_the_form_has_its_parts_in_both_files() -> None:
    made = words(make_docx(paper()))
    html = page(paper())
    for part in (
        NATION,
        MOTTO,
        "Số: 12/TB-UBND",
        "Hồng Hà, ngày 05 tháng 3 năm 2026",
        "THÔNG BÁO",
        "Nơi nhận:",
        "CHỦ TỊCH",
    ):
        assert any(part in said for said in made), part
        assert part in html


def test_the_same_paper_gives_the_same_bytes_also_in_another_process() -> None:
    assert make_docx(paper()) == make_docx(paper())
    program = (
        "import hashlib; from tests.unit.test_papers import paper; from maps.papers.docx import make_docx; "
        "from maps.papers.pdf import make_pdf; "
        "print(hashlib.sha256(make_docx(paper())).hexdigest(), hashlib.sha256(make_pdf(paper())).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True,
            env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1
    assert make_docx(paper()) != make_docx(replace(paper(), number="13/TB-UBND"))


def test_the_kinds_stand_on_steps_and_every_sentence_can_be_filled() -> None:
    names = ("holder", "id_number", "address", "amount", "ward", "project", "case", "parcels", "area", "day", "notice",
             "plan", "decision")  # fmt: skip
    values = {name: f"<{name}>" for name in names}
    assert len(paper_kinds()) == 5
    for kind in paper_kinds().values():
        assert kind.basis
        assert all(STEPS[step].basis for step in kind.steps)
        for sentence in (kind.opening, *kind.paragraphs, *kind.recipients):
            assert "{{" not in filled(sentence, values)


def test_a_sentence_is_filled_in_a_sandbox_and_a_value_is_never_a_sentence() -> None:
    assert filled("{{ a }}", {"a": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"
    with pytest.raises(UndefinedError):
        filled("{{ missing }}", {})
    with pytest.raises(SecurityError):
        filled("{{ a.__class__.__mro__[1].__subclasses__() }}", {"a": "x"})


@pytest.mark.parametrize("wrong", [{"x": {}}, {"x": 1}])
def test_a_file_of_papers_that_is_wrong_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="paper x"):
        read_kinds(wrong)


def test_dates_are_written_as_the_decree_asks() -> None:
    assert re.fullmatch(r"Hồng Hà, ngày 09 tháng 02 năm 2026", replace(paper(), day=date(2026, 2, 9)).dated)
    assert replace(paper(), day=date(2026, 12, 31)).dated.endswith("ngày 31 tháng 12 năm 2026")


def test_every_page_carries_its_number_and_what_the_paper_stands_on() -> None:
    from weasyprint import HTML

    long = replace(paper(), paragraphs=("đoạn văn dài " * 40,) * 40)
    pages = HTML(string=page(long), url_fetcher=fetch, base_url=pdf.SCHEME).render().pages
    assert len(pages) > 1

    def texts(box: Any) -> Iterator[str]:
        if hasattr(box, "text"):
            yield box.text
        for child in getattr(box, "children", ()):
            yield from texts(child)

    for number, each in enumerate(pages, start=1):
        said = list(texts(each._page_box))
        assert "12/TB-UBND" in said
        assert f"{number}/{len(pages)}" in said
