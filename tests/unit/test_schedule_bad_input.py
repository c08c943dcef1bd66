"""Schedule files that are wrong: every fault at once, in words; and the doors that keep Java from what is hostile."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from geo.importers.messages import FAILURES
from geo.importers.precheck import Refused
from geo.schedules import child, markup
from geo.schedules.door import read_schedule
from geo.schedules.firstlook import kind_of
from geo.schedules.limits import LIMITS
from geo.schedules.markup import check_markup
from geo.schedules.messages import sentence
from geo.schedules.xer import check_xer, decode
from projects.errors import InvalidInput
from tests.unit.pmxml_text import LINKS, pmxml
from tests.unit.schedule_texts import mspdi, xer

BOMB = '<!DOCTYPE p [<!ENTITY a "lặp"><!ENTITY b "&a;&a;&a;">]>'
REMOTE = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        read_schedule(path)
    return [f"{fault.where}: {fault.vi}" for fault in refused.value.faults]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("before", [BOMB, REMOTE, "<!DOCTYPE Project>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_never_reaches_java(tmp_path: Path, before: str, encoding: str) -> None:
    text = mspdi(before=before).replace('encoding="UTF-8"', f'encoding="{encoding}"')
    path = written(tmp_path, "x.xml", text.encode(encoding))
    with pytest.raises(Refused) as refused:
        markup.check_markup(path, "mspdi")
    assert refused.value.code == "entities"


def test_the_child_refuses_a_doctype_in_words_before_java_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_in_java", lambda *_: pytest.fail("Java was started"))
    monkeypatch.setattr(child, "limit_process", lambda *_, **__: None)
    path = written(tmp_path, "x.xml", mspdi(before=REMOTE))
    request = {
        "task": "read",
        "path": str(path),
        "out": str(tmp_path),
        "heap": 64,
        "limits": LIMITS.as_dict(),
    }
    (tmp_path / "request.json").write_text(json.dumps(request), "utf-8")
    assert child.main(["child", str(tmp_path / "request.json")]) == 0
    assert json.loads((tmp_path / "answer.json").read_text("utf-8"))["refused"] == "entities"
    assert "DOCTYPE" in sentence("entities", "x.xml", {}).vi


def test_without_the_refusal_an_entity_would_be_expanded(tmp_path: Path) -> None:
    """The control: the same text read by a parser that takes a DOCTYPE says what the entity says."""
    text = mspdi(before=BOMB).replace("<Name>Mố</Name>", "<Name>&b;</Name>")
    assert "lặplặplặp" in {node.text for node in ElementTree.fromstring(text).iter() if node.text}
    assert markup.check_markup(written(tmp_path, "x.xml", mspdi()), "mspdi") == []


def test_every_link_into_the_void_is_told_with_its_line(tmp_path: Path) -> None:
    found = markup.check_markup(written(tmp_path, "x.xml", mspdi(link_to="77")), "mspdi")
    assert [(code, values["absent"]) for code, _, values in found] == [("no_such_end", "77")]
    assert "không có công việc 77" in sentence(*found[0]).vi


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_file_cut_short_is_told(tmp_path: Path, share: float) -> None:
    text = mspdi()
    path = written(tmp_path, "x.xml", text[: int(len(text) * share)])
    assert [code for code, *_ in markup.check_markup(path, "mspdi")] == ["xml_broken"]
    whole = xer()
    found, _ = check_xer(written(tmp_path, "x.xer", whole[: int(len(whole) * share)]), tmp_path / "plain")
    assert "xer_cut" in [code for code, *_ in found]
    assert check_xer(written(tmp_path, "y.xer", whole), tmp_path / "plain") == ([], "utf-8")


def test_an_xer_tells_all_its_faults_at_once(tmp_path: Path) -> None:
    text = xer(links=(("2", "1", "PR_FS", 0), ("3", "88", "PR_FS", 0), ("77", "2", "PR_FS", 0)))
    lines = text.split("\r\n")
    row = next(i for i, line in enumerate(lines) if "\tA1030\t" in line)
    lines[row] = lines[row].replace("\t500\t", "\t501\t", 1)
    lines.insert(row + 1, "%R\t9\tchỉ hai ô")
    lines.insert(row + 2, "lạc lõng")
    found, _ = check_xer(written(tmp_path, "x.xer", "\r\n".join(lines)), tmp_path / "plain")
    told = [(code, values.get("absent", "")) for code, _, values in found]
    assert told == [
        ("xer_ragged", ""), ("xer_line", ""), ("xer_void", "77"), ("xer_void", "88"), ("xer_void", "501"),
    ]  # fmt: skip
    for code, where, values in found:
        fault = sentence(code, where, values)
        assert fault.where.startswith("dòng")
        assert fault.vi != FAILURES["crash"][0]


def test_a_wrongly_encoded_xer_is_refused_or_named(tmp_path: Path) -> None:
    text = xer()
    spoiled = bytearray(text.encode())
    at = spoiled.index("Đắp".encode()) + 1
    spoiled[at] = 0xFF
    found, _ = check_xer(written(tmp_path, "a.xer", bytes(spoiled)), tmp_path / "plain")
    assert [code for code, *_ in found] == ["xer_encoding"]
    twice = text.encode().decode("cp1252", "replace").encode()
    found, _ = check_xer(written(tmp_path, "b.xer", twice), tmp_path / "plain")
    assert found
    assert {code for code, *_ in found} <= {"xer_twice", "xer_control"}
    found, _ = check_xer(written(tmp_path, "c.xer", text.replace("Đắp", "Đ\x07p")), tmp_path / "plain")
    assert [code for code, *_ in found] == ["xer_control"]
    assert decode("Đường găng".encode("utf-16"))[1] == "utf-16"
    assert decode("Nền đường".encode("cp1252", "ignore") + b"\xe9")[1] == "cp1252"


def test_what_only_the_network_shows_is_told_all_at_once_and_nothing_comes_back(tmp_path: Path) -> None:
    text = xer(
        shifts="(0||0(s|17:00|f|08:00)())",
        links=(("3", "2", "PR_FS", 0), ("2", "3", "PR_FS", 0)),
    )
    told = " | ".join(
        faults(written(tmp_path, "x.xer", text.replace("2026-09-14 08:00", "2125-01-01 08:00")))
    )
    assert "Vòng lặp phụ thuộc: A1010 → A1020 → A1010" in told
    assert "Ca làm việc không hợp lệ" in told
    assert "nằm ngoài 1970–2100" in told
    idle = mspdi().replace("<DayWorking>1</DayWorking>", "<DayWorking>0</DayWorking>")
    assert any("không có giờ làm việc nào" in fault for fault in faults(written(tmp_path, "y.xml", idle)))
    # MPXJ would give this calendar of P6 hours of its own.
    assert check_markup(written(tmp_path, "z.xml", pmxml(idle=True)), "pmxml") == [
        ["idle", "dòng 1", {"calendar": "Sáu ngày"}]
    ]
    assert check_markup(written(tmp_path, "z.xml", pmxml()), "pmxml") == []
    found, _ = check_xer(written(tmp_path, "y.xer", xer(shifts=" ")), tmp_path / "plain")
    assert [(code, values["calendar"]) for code, _, values in found] == [("idle", "Năm ngày")]


def test_files_of_no_program_empty_ones_and_too_large_ones_are_refused(tmp_path: Path) -> None:
    for name, content in (("a.xml", "<kml></kml>"), ("b.xer", "xin chào"), ("c.mpp", b"\x00\x01")):
        with pytest.raises(Refused) as refused:
            kind_of(written(tmp_path, name, content))
        assert refused.value.code == "unknown"
    assert "Tệp rỗng" in faults(written(tmp_path, "d.xml", ""))[0]
    with pytest.raises(InvalidInput) as large:
        read_schedule(written(tmp_path, "e.xml", mspdi()), limits=replace(LIMITS, file_bytes=1000))
    assert "lớn hơn 0.001 MB" in large.value.faults[0].vi
    with pytest.raises(InvalidInput):
        read_schedule(tmp_path)


def test_a_bad_pmxml_tells_its_faults(tmp_path: Path) -> None:
    void = (*LINKS, ("3", "99", "Finish to Start", 0), ("98", "4", "Start to Start", 0))
    told = faults(written(tmp_path, "a.xml", pmxml(links=void)))
    assert [fault.partition(": ")[2] for fault in told] == [
        "Quan hệ 3 → 99: không có công việc 99.", "Quan hệ 98 → 4: không có công việc 98.",
    ]  # fmt: skip
    loop = (*LINKS, ("5", "2", "Finish to Start", 0))
    assert "A1010 → A1020 → A1030 → A1040 → A1010" in faults(written(tmp_path, "a.xml", pmxml(links=loop)))[0]
    cut = check_markup(written(tmp_path, "a.xml", pmxml()[:3000]), "pmxml")
    assert [code for code, *_ in cut] == ["xml_broken"]
    with pytest.raises(Refused, match="entities"):
        check_markup(written(tmp_path, "a.xml", pmxml(before=REMOTE).replace("Xong", "&x;")), "pmxml")


def test_too_many_activities_are_refused_before_java_is_started(tmp_path: Path) -> None:
    for kind, text in (("mspdi", mspdi()), ("pmxml", pmxml())):
        path = written(tmp_path, "x.xml", text)
        with pytest.raises(Refused, match="rows"):
            check_markup(path, kind, 4)  # type: ignore[arg-type]
        assert check_markup(path, kind, 7) == []  # type: ignore[arg-type]
    path = written(tmp_path, "x.xer", xer())
    with pytest.raises(Refused, match="rows"):
        check_xer(path, tmp_path / "plain", 5)
    assert check_xer(path, tmp_path / "plain", 6)[0] == []


def test_a_damaged_mpp_and_too_many_activities_end_in_a_sentence(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)
    assert "Bộ đọc không hiểu tệp" in faults(written(tmp_path, "x.mpp", ole))[0]
    with pytest.raises(InvalidInput) as many:
        read_schedule(written(tmp_path, "x.xml", mspdi()), limits=replace(LIMITS, rows=2))
    assert "giới hạn là 2" in many.value.faults[0].vi
