"""A paper as DOCX: a template of ours, built here, filled by docxtpl in a sandbox with every value escaped.

The template holds tags and no values; values are text that is never read as a template again. The same paper gives the
same bytes: times inside the file are those of the paper's day.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from functools import cache
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from maps.papers.form import MOTTO, NATION, Paper, visible

FONT = "Times New Roman"  # what Decree 30/2020 asks for
_FIXED = (2020, 1, 1, 0, 0, 0)
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def make_docx(paper: Paper) -> bytes:
    """The paper as the bytes of a DOCX file."""
    paper = visible(paper)
    template = DocxTemplate(
        io.BytesIO(_template(len(paper.table[0]) if paper.table else 0, len(paper.signers)))
    )
    sandbox = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    template.render(_values(paper), jinja_env=sandbox)
    moment = datetime.combine(paper.day, time())
    about = template.docx.core_properties
    about.title, about.author, about.created, about.modified = paper.subject, "Đường Găng", moment, moment
    out = io.BytesIO()
    template.save(out)
    return _settled(out.getvalue())


def _values(paper: Paper) -> dict[str, Any]:
    return {
        "agency": list(paper.agency), "nation": NATION, "motto": MOTTO, "number": paper.number, "dated": paper.dated,
        "title": paper.title, "subject": paper.subject, "basis": list(paper.basis), "opening": paper.opening,
        "paragraphs": list(paper.paragraphs), "head": list(paper.table[0]) if paper.table else [],
        "rows": [list(row) for row in paper.table[1:]], "recipients": list(paper.recipients),
        "signers": [{"who": who, "office": office} for who, office in paper.signers], "marks": list(paper.marks),
        "footer": paper.footer,
    }  # fmt: skip


@cache
def _template(columns: int, signers: int) -> bytes:
    """The template for a table of so many columns and so many signatures side by side."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    style.element.rPr.rFonts.set(_EAST_ASIA, FONT)
    head = document.add_table(rows=1, cols=2)
    left, right = head.rows[0].cells
    _loop(left, "line", "agency", bold=True)
    _line(left, "Số: {{ number }}", align=_CENTRE)
    _line(right, "{{ nation }}", align=_CENTRE, bold=True, size=12, first=True)
    _line(right, "{{ motto }}", align=_CENTRE, bold=True)
    _line(right, "{{ dated }}", align=_CENTRE, italic=True)
    _loop(document, "mark", "marks", italic=True)
    _line(document, "{{ title }}", align=_CENTRE, bold=True, size=14)
    _line(document, "{{ subject }}", align=_CENTRE, bold=True)
    _loop(document, "item", "basis", italic=True, align=None)
    _line(document, "{{ opening }}")
    _loop(document, "text", "paragraphs", align=None)
    if columns:
        _table(document, columns)
    below = document.add_table(rows=1, cols=1 + signers)
    cell = below.rows[0].cells[0]
    _line(cell, "Nơi nhận:", bold=True, italic=True, size=12, first=True)
    _loop(cell, "to", "recipients", size=11, align=None, before="- ")
    for at in range(signers):
        cell = below.rows[0].cells[1 + at]
        _line(cell, f"{{{{ signers[{at}].who }}}}", align=_CENTRE, bold=True, size=12, first=True)
        _line(cell, f"{{{{ signers[{at}].office }}}}", align=_CENTRE, bold=True)
        _line(cell, "(ký, ghi rõ họ tên)", align=_CENTRE, italic=True, size=11)
        for _ in range(3):
            _line(cell, "")
    foot = section.footer.paragraphs[0]
    foot.alignment = _RIGHT
    run = foot.add_run("{{ footer }}")
    run.font.size = Pt(9)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_EAST_ASIA = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"


def _table(document: Any, columns: int) -> None:
    table = document.add_table(rows=4, cols=columns, style="Table Grid")
    for at in range(columns):
        _line(table.rows[0].cells[at], f"{{{{ head[{at}] }}}}", bold=True, size=11, align=_CENTRE, first=True)
        _line(table.rows[2].cells[at], f"{{{{ row[{at}] }}}}", size=11, first=True)
    _line(table.rows[1].cells[0], "{%tr for row in rows %}", first=True)
    _line(table.rows[3].cells[0], "{%tr endfor %}", first=True)


def _loop(place: Any, name: str, values: str, *, before: str = "", **style: Any) -> None:
    """One paragraph for each value."""
    style.setdefault("align", _CENTRE)
    _line(
        place,
        f"{{%p for {name} in {values} %}}",
        first=hasattr(place, "_tc") and not place.paragraphs[0].text,
    )
    _line(place, f"{before}{{{{ {name} }}}}", **style)
    _line(place, "{%p endfor %}")


def _line(
    place: Any, text: str, *, align: Any = None, bold: bool = False, italic: bool = False, size: float = 13,
    first: bool = False,
) -> None:  # fmt: skip
    paragraph = place.paragraphs[0] if first else place.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(4)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _settled(made: bytes) -> bytes:
    """The same package with one fixed time on every part, parts in order of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w") as target:
        names = sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            part = zipfile.ZipInfo(name, _FIXED)
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(part, source.read(name))
    return out.getvalue()
