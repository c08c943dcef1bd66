"""The look at a paper or picture: what may be kept, what is refused with a sentence, and what is told of it."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from geo.documents import checking, papers, pictures
from geo.documents.checking import Checked, checked
from geo.documents.kinds import kind_of
from geo.documents.scanning import scan
from geo.importers.precheck import Refused
from projects.errors import InvalidInput, NotNow
from tests import document_files as files
from tests.document_files import HOSTILE

PLACE = (105.8412345, 21.0612345)


@contextmanager
def looked(content: bytes, folder: Path, name: str = "tệp.bin") -> Iterator[Checked]:
    path = folder / "upload"
    path.write_bytes(content)
    with checked(path, name, folder) as found:
        yield found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    content, word = HOSTILE[name]
    with pytest.raises(InvalidInput) as refused, looked(content, tmp_path, "ảnh.jpg"):
        pass
    (fault,) = refused.value.faults
    assert (fault.where, word in fault.vi, len(fault.en) > 20) == ("ảnh.jpg", True, True), fault
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]  # nothing of the look remains


def test_a_picture_tells_its_size_as_seen_and_where_and_when_its_camera_says(tmp_path: Path) -> None:
    content = files.jpeg(640, 480, place=PLACE, taken="2026:03:12 08:15:30", turned=6)
    with looked(content, tmp_path) as found:
        assert (found.media_type, found.width, found.height) == ("image/jpeg", 480, 640)
        assert found.lon == pytest.approx(PLACE[0], abs=1e-6)
        assert found.lat == pytest.approx(PLACE[1], abs=1e-6)
        assert found.taken_at is not None
        assert found.taken_at.isoformat() == "2026-03-12T08:15:30+07:00"
        assert found.original.read_bytes() == content  # evidence: the bytes as they were sent


def test_copies_hold_nothing_but_pixels(tmp_path: Path) -> None:
    content = files.jpeg(3000, 2000, place=PLACE, taken="2026:03:12 08:15:30")
    assert b"Exif" in content
    assert files.COMMENT.encode() in content
    with looked(content, tmp_path) as found:
        for name, side in (("view", 2000), ("thumb", 320)):
            copy = found.copies[name].read_bytes()
            assert b"Exif" not in copy
            assert b"MayAnhThu" not in copy
            assert files.COMMENT.encode() not in copy
            with Image.open(io.BytesIO(copy)) as picture:
                assert max(picture.size) == side
                assert dict(picture.getexif()) == {}


def test_without_a_new_picture_the_comment_would_be_in_the_copy(tmp_path: Path) -> None:
    """The control: Pillow itself writes a comment along."""
    with Image.open(io.BytesIO(files.jpeg())) as picture:
        picture.save(tmp_path / "x.jpg", "JPEG")
    assert files.COMMENT.encode() in (tmp_path / "x.jpg").read_bytes()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (files.png(), "image/png"),
        (files.png(mode="RGBA"), "image/png"),
        (files.png(mode="P"), "image/png"),
        (files.png(mode="I;16"), "image/png"),
        (files.pdf(pages=3), "application/pdf"),
        (files.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_plain_papers_and_pictures_are_taken_by_their_bytes(
    content: bytes, media_type: str, tmp_path: Path
) -> None:
    with looked(content, tmp_path) as found:
        assert found.media_type == media_type
        assert set(found.copies) == ({"view", "thumb"} if media_type.startswith("image/") else set())
        assert found.pages == (3 if media_type == "application/pdf" else None)


def test_a_scanned_page_has_a_thumbnail(tmp_path: Path) -> None:
    with looked(files.pdf(scan=files.jpeg(1240, 1754)), tmp_path) as found:
        assert (found.pages, set(found.copies)) == (1, {"view", "thumb"})


@pytest.mark.parametrize(
    ("place", "taken"),
    [((0.0, 0.0), None), (None, "0000:00:00 00:00:00"), (None, "hôm qua"), (None, "2026:02:30 08:00:00")],
)
def test_a_camera_that_knows_nothing_tells_nothing(
    place: tuple[float, float] | None, taken: str | None, tmp_path: Path
) -> None:
    with looked(files.jpeg(place=place, taken=taken), tmp_path) as found:
        assert (found.lon, found.lat, found.taken_at) == (None, None, None)


def test_a_copy_that_is_no_picture_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lies(request: Path, source: Path, out: Path, limits: object, **_: object) -> None:
        (out / "answer.json").write_text('{"media_type": "image/jpeg", "width": 1, "height": 1}')
        (out / "view.jpg").write_bytes(b"<script>")
        (out / "thumb.jpg").write_bytes(b"\xff\xd8\xff")

    monkeypatch.setattr(checking.sandbox, "run_child", lies)
    with pytest.raises(InvalidInput), looked(files.jpeg(), tmp_path):
        pass


# The controls: each defence taken away, the file comes through or does its harm.


def test_without_the_pixel_limit_the_bomb_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(files.pixel_bomb(12_000))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 10_000)
    with pytest.raises(Refused):
        pictures.look(tmp_path / "x", "png", tmp_path)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 10**12)
    assert pictures.look(tmp_path / "x", "png", tmp_path)["width"] == 12_000


@pytest.mark.parametrize("make", [files.pdf_with_script, files.pdf_with_launch, files.pdf_with_file])
def test_without_the_walk_an_active_pdf_comes_through(
    make: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(make)
    (tmp_path / "x").write_bytes(make())
    with pytest.raises(Refused):
        papers.look_pdf(tmp_path / "x", tmp_path)
    monkeypatch.setattr(papers, "_judge", lambda *_: None)
    assert papers.look_pdf(tmp_path / "x", tmp_path) == {"pages": 1}


def test_without_the_look_at_sizes_the_zip_bomb_comes_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_bytes(HOSTILE["a zip bomb"][0])
    with pytest.raises(Refused):
        papers.look_docx(tmp_path / "x", tmp_path)
    monkeypatch.setattr(papers, "_small", lambda *_: None)
    assert papers.look_docx(tmp_path / "x", tmp_path) == {}


def test_the_name_of_a_file_does_not_decide_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "giay.pdf").write_bytes(files.jpeg())
    assert kind_of(tmp_path / "giay.pdf") == "jpeg"


# The virus scanner, spoken to in its own protocol.


@contextmanager
def scanner(folder: Path, answer: bytes) -> Iterator[tuple[Path, list[bytes]]]:
    """A scanner that answers as it is told; what it was sent."""
    place, got = folder / "clamd.ctl", []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(place))
        door.listen(1)

        def serve() -> None:
            line, _ = door.accept()
            with line, line.makefile("rb") as read:
                assert read.read(10) == b"zINSTREAM\0"
                while length := int.from_bytes(read.read(4), "big"):
                    got.append(read.read(length))
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield place, got
        thread.join(10)


def test_a_clean_file_and_an_infected_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"y" * 600_000)
    with scanner(tmp_path, b"stream: OK\0") as (place, got):
        assert scan(tmp_path / "x", place) is None
    assert b"".join(got) == b"y" * 600_000
    place.unlink()
    with scanner(tmp_path, b"stream: Eicar-Signature FOUND\0") as (place, _):
        assert scan(tmp_path / "x", place) == "Eicar-Signature"


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: \0"])
def test_a_scanner_without_a_clear_answer_lets_nothing_through(tmp_path: Path, answer: bytes) -> None:
    (tmp_path / "x").write_bytes(b"y")
    with scanner(tmp_path, answer) as (place, _), pytest.raises(NotNow):
        scan(tmp_path / "x", place)
    with pytest.raises(NotNow):
        scan(tmp_path / "x", tmp_path / "nobody")
