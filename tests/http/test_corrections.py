"""Đính chính: what an event should have said, over HTTP and in the pages."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

DAY = "2026-03-13"
PROJECT = "DLTL"  # these tests and those of merging change cases of this project only
HTML = {"accept": "text/html"}


@pytest.fixture
def code(client: TestClient) -> str:
    """A case at S90 with a persuasion of 10 April and a handover of 20 April."""
    rows = client.get(f"/api/cases?project={PROJECT}&buoc=S90&limit=500").json()["rows"]
    code = next(str(row["code"]) for row in rows if row["version"] == 1)
    for number, (step, day) in enumerate((("S95", "2026-04-10"), ("S100", "2026-04-20")), start=1):
        body = {
            "version": number,
            "step": step,
            "effective_on": day,
            "document": f"{number}/QĐ",
            "signer": "Nguyễn Văn Một",
        }
        assert client.patch(f"/api/cases/{code}", json=body).status_code == 200
    return code


def events(client: TestClient, code: str) -> list[dict[str, Any]]:
    """The history, oldest first."""
    return list(reversed(client.get(f"/api/cases/{code}").json()["history"]))


def correct(client: TestClient, code: str, event: int, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/cases/{code}/events/{event}/correction", json=body)
    return {"status": answer.status_code} | answer.json()


def steps(client: TestClient, code: str, *days: str) -> list[str]:
    return [client.get(f"/api/cases/{code}?ngay={day}").json()["row"]["step"] for day in days]


def test_a_corrected_day_answers_for_the_days_between(client: TestClient, code: str) -> None:
    days = ("2026-04-04", "2026-04-05", "2026-04-19", "2026-04-20")
    assert steps(client, code, *days) == ["S90", "S90", "S95", "S100"]
    persuasion = events(client, code)[1]
    answer = correct(
        client, code, persuasion["id"], version=3, effective_on="2026-04-05", reason="gõ nhầm ngày"
    )
    assert (answer["status"], answer["step"], answer["version"]) == (200, "S100", 4)
    assert steps(client, code, *days) == ["S90", "S95", "S95", "S100"]
    newest = events(client, code)[-1]
    assert (newest["kind"], newest["corrects"], newest["reason"]) == (
        "case.correct",
        persuasion["id"],
        "gõ nhầm ngày",
    )
    assert (newest["document"], newest["effective_on"]) == ("1/QĐ", "2026-04-05")
    assert events(client, code)[1] == persuasion | {"corrected_by": newest["id"]}


def test_the_last_step_corrected_is_the_present_step(client: TestClient, code: str) -> None:
    handover = events(client, code)[2]
    ended = {"kind": "handover.persuasion_ended", "on": "2026-04-22", "document": "3/BB"}
    assert client.post(f"/api/cases/{code}/facts", json={"facts": [ended]}).status_code == 201
    answer = correct(
        client,
        code,
        handover["id"],
        version=3,
        step="S97",
        effective_on="2026-05-05",
        reason="chưa bàn giao, mới cưỡng chế",
    )
    assert (answer["status"], answer["step"], answer["step_on"]) == (200, "S97", "2026-05-05")
    row = client.get(f"/api/cases/{code}").json()
    assert row["present"]["step"] == "S97"
    assert "S100" in row["allowed"]


def test_a_correction_can_be_corrected_and_of_several_the_newest_counts(
    client: TestClient, code: str
) -> None:
    event = events(client, code)[1]["id"]
    assert correct(client, code, event, version=3, effective_on="2026-04-05", reason="a")["status"] == 200
    first = events(client, code)[-1]["id"]
    assert correct(client, code, first, version=4, effective_on="2026-04-06", reason="b")["status"] == 200
    assert correct(client, code, event, version=5, effective_on="2026-04-07", reason="c")["status"] == 200
    assert steps(client, code, "2026-04-06", "2026-04-07") == ["S90", "S95"]
    third = events(client, code)[-1]["id"]
    assert [e["corrected_by"] for e in events(client, code)[1:]] == [third, None, third, third, None]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"effective_on": "2026-04-05"}, {"reason"}),
        ({"effective_on": "2026-04-05", "reason": "  "}, {"reason"}),
        ({"effective_on": "2026-04-25", "reason": "x"}, {"step"}),
        ({"effective_on": "2030-01-01", "reason": "x"}, {"effective_on"}),
        ({"effective_on": "2016-01-01", "reason": "x"}, {"effective_on"}),
        ({"step": "S60", "reason": "x"}, {"step"}),
        ({"step": "S97", "reason": "x"}, {"step"}),
        ({"document": None, "reason": "x"}, {"document"}),
        ({"document": None, "step": "S97"}, {"step", "reason"}),
        ({"reason": "không đổi gì"}, {"event_id"}),
        ({"obstacle": "KHONG_CO", "reason": "x"}, {"obstacle"}),
    ],
)
def test_a_correction_that_breaks_a_rule_is_refused_with_every_fault(
    client: TestClient, code: str, body: dict[str, Any], where: set[str]
) -> None:
    answer = correct(client, code, events(client, code)[1]["id"], version=3, **body)
    assert answer["status"] == 422, answer
    assert {fault["where"] for fault in answer["faults"]} >= where
    assert len(events(client, code)) == 3


def test_an_import_cannot_be_corrected_and_says_so(client: TestClient, code: str) -> None:
    imported = events(client, code)[0]["id"]
    answer = correct(client, code, imported, version=3, note="x", reason="x")
    assert answer["status"] == 422
    assert "Lần nhập hồ sơ không đính chính được" in answer["faults"][0]["message"]
    page = client.get(f"/ho-so/{code}/dinh-chinh/{imported}", headers=HTML)
    assert page.status_code == 422
    assert "Lần nhập hồ sơ không đính chính được" in page.text


def test_an_event_of_another_case_or_of_none_is_not_found(client: TestClient, code: str) -> None:
    rows = client.get(f"/api/cases?project={PROJECT}&limit=2").json()["rows"]
    other = next(row["code"] for row in rows if row["code"] != code)
    foreign = events(client, other)[0]["id"]
    for event in (foreign, 2**60):
        assert correct(client, code, event, version=3, note="x", reason="x")["status"] == 404
        assert client.get(f"/ho-so/{code}/dinh-chinh/{event}", headers=HTML).status_code == 404


def test_a_correction_on_an_old_version_is_refused_with_both_readings(client: TestClient, code: str) -> None:
    event = events(client, code)[1]["id"]
    assert correct(client, code, event, version=3, note="một", reason="x")["status"] == 200
    answer = correct(client, code, event, version=3, note="hai", effective_on="2026-04-05", reason="x")
    assert (answer["status"], answer["current"]["note"], answer["wanted"]["note"]) == (409, "một", "hai")
    assert (answer["current"]["effective_on"], answer["wanted"]["effective_on"]) == (
        "2026-04-10",
        "2026-04-05",
    )


def test_a_step_put_into_a_note_by_correction_needs_the_second_person_all_the_same(
    client: TestClient,
) -> None:
    """Otherwise the correction of any harmless record would be a way round four eyes."""
    rows = client.get(f"/api/cases?project={PROJECT}&buoc=S80&limit=500").json()["rows"]
    code = next(str(row["code"]) for row in rows if row["version"] == 1)
    note = {"version": 1, "note": "x", "effective_on": DAY}
    assert client.patch(f"/api/cases/{code}", json=note).status_code == 200
    event = events(client, code)[-1]["id"]
    answer = correct(client, code, event, version=2, step="S90", document="1/QĐ", reason="x")
    assert answer["status"] == 202
    assert client.get(f"/api/cases/{code}").json()["present"]["step"] == "S80"
    same = correct(client, code, event, version=2, step="S80", note="y", reason="x")  # as a form says it
    assert same["status"] == 200


def test_the_map_and_the_calculation_go_by_the_correction(client: TestClient, code: str) -> None:
    event = events(client, code)[1]["id"]

    def step_on_map() -> set[str]:
        url = f"/api/projects/{PROJECT}/parcels.geojson?ngay=2026-04-12"
        return {
            f["properties"]["step"]
            for f in client.get(url).json()["features"]
            if f["properties"]["case"] == code
        }

    assert step_on_map() == {"S95"}
    assert correct(client, code, event, version=3, effective_on="2026-04-15", reason="x")["status"] == 200
    assert step_on_map() == {"S90"}


def test_the_pages_offer_the_correction_and_show_what_was_replaced(client: TestClient, code: str) -> None:
    event = events(client, code)[1]["id"]
    page = client.get(f"/ho-so/{code}", headers=HTML).text
    assert page.count("/dinh-chinh/") == 2  # not for the import
    address = f"/ho-so/{code}/dinh-chinh/{event}"
    assert address in page
    form = client.get(address, headers=HTML).text
    assert 'value="2026-04-10"' in form
    assert 'value="1/QĐ"' in form
    assert '<option value="S95" selected' in form
    data = {
        "version": "3", "key": f"page-{code}", "step": "S95", "effective_on": "2026-04-05",
        "document": "1/QĐ", "promised_on": "", "obstacle": "", "note": "", "reason": "",
    }  # fmt: skip
    said = client.get(f"/api/cases/{code}").json()["present"]
    data |= {"promised_on": said["promised_on"] or "", "obstacle": said["obstacle"] or ""}
    refused = client.post(address, data=data, headers=HTML)
    assert refused.status_code == 422
    assert "Đính chính phải nêu lý do." in refused.text
    assert 'value="2026-04-05"' in refused.text
    answer = client.post(address, data=data | {"reason": "gõ nhầm"}, follow_redirects=False)
    assert answer.status_code == 303
    shown = client.get(answer.headers["location"], headers=HTML).text
    newest = events(client, code)[-1]["id"]
    assert "Đã đính chính ngày" in shown
    assert f'href="#lan-ghi-{newest}"' in shown
    assert f'href="#lan-ghi-{event}"' in shown
    assert "<del>" in shown
    assert address not in shown
    past = client.get(f"/ho-so/{code}?ngay=2026-04-12", headers=HTML).text
    assert "/dinh-chinh/" not in past  # nothing is written from a page of another day
