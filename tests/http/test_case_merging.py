"""Two officers on one case: other fields go together, the same field shows both values."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.context import Context
from api.settings import Settings
from api.usecases.accounts import delegate
from api.usecases.cases import CaseChange, change_case
from geo.tables import Event
from projects.errors import KeyReused
from tests.people import Tester, make_tester, owner_session, system_context

DAY = "2026-03-13"
PROJECT = "DLTL"  # these tests and those of corrections change cases of this project only
HTML = {"accept": "text/html"}
OTHER = {"version": 1, "promised_on": "2026-05-05", "effective_on": DAY}


@pytest.fixture
def code(client: TestClient) -> str:
    """A case at S80 that nobody changed yet."""
    rows = client.get(f"/api/cases?project={PROJECT}&buoc=S80&limit=500").json()["rows"]
    return next(str(row["code"]) for row in rows if row["version"] == 1)


def acting(account: str) -> Context:
    """The context of a command that writes under this name."""
    ctx = system_context()
    return ctx.seen_by(replace(ctx.principal, account=account))


def patch(client: TestClient, code: str, **body: Any) -> dict[str, Any]:
    answer = client.patch(f"/api/cases/{code}", json=body)
    return {"status": answer.status_code} | answer.json()


def form(client: TestClient, code: str) -> dict[str, str]:
    """The fields of the form as a browser would send them."""
    html = client.get(f"/ho-so/{code}", headers=HTML).text
    form = html[html.index('id="ghi"') :].split("</form>")[0]
    fields = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form)
    }
    for name, body in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)', form):
        fields[name] = unescape(body)
    for name, body in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    return fields


def test_different_fields_of_two_officers_both_survive(client: TestClient, code: str) -> None:
    assert patch(client, code, **OTHER)["status"] == 200
    mine = patch(client, code, version=1, note="đang họp", effective_on=DAY)
    assert (mine["status"], mine["note"], mine["promised_on"], mine["version"]) == (
        200,
        "đang họp",
        "2026-05-05",
        3,
    )
    (joined,) = mine["merged"]
    assert (joined["version"], joined["fields"]) == (2, ["promised_on"])
    assert joined["actor"]


def test_the_same_field_shows_both_values_and_names_itself(client: TestClient, code: str) -> None:
    assert patch(client, code, **OTHER, note="của người kia")["status"] == 200
    mine = patch(client, code, version=1, note="của tôi", obstacle="NGUON_GOC")
    assert (mine["status"], mine["error"], mine["fields"]) == (409, "StaleVersion", ["note"])
    assert (mine["current"]["note"], mine["wanted"]["note"]) == ("của người kia", "của tôi")
    # What is no conflict is put forward with what is stored.
    assert (mine["wanted"]["promised_on"], mine["wanted"]["obstacle"]) == ("2026-05-05", "NGUON_GOC")
    assert client.get(f"/api/cases/{code}").json()["row"]["version"] == 2


def test_the_same_value_twice_is_no_conflict(client: TestClient, code: str) -> None:
    assert patch(client, code, **OTHER)["status"] == 200
    assert patch(client, code, **OTHER)["status"] == 200


@pytest.mark.parametrize("version", [2, 99, 2_000_000_000])
def test_a_version_that_never_was_is_refused(client: TestClient, code: str, version: int) -> None:
    assert patch(client, code, version=version, note="x")["status"] == 409


def test_a_step_is_judged_by_the_present_step_not_by_the_one_seen(client: TestClient, code: str) -> None:
    step = {"step": "S85", "signer": "Nguyễn Văn Một", "effective_on": DAY, "document": "1/QĐ"}
    assert patch(client, code, version=1, **step)["status"] == 200
    mine = patch(client, code, version=1, **step | {"step": "S100", "reason": "đồng ý"})
    assert (mine["status"], mine["fields"]) == (409, ["step"])
    note = patch(client, code, version=1, note="vẫn gộp", effective_on=DAY)
    assert (note["status"], note["step"], note["merged"][0]["fields"]) == (200, "S85", ["step"])


def test_an_untouched_field_of_the_form_does_not_undo_what_another_officer_wrote(
    client: TestClient, code: str
) -> None:
    mine = form(client, code) | {"note": "của tôi", "effective_on": DAY}
    step = {"step": "S85", "signer": "Nguyễn Văn Một", "document": "1/QĐ", "effective_on": DAY}
    assert (
        patch(client, code, version=1, **step, obstacle="NGUON_GOC", promised_on="2026-05-05")["status"]
        == 200
    )
    answer = client.post(f"/ho-so/{code}", data=mine, follow_redirects=False)
    assert answer.status_code == 303
    shown = client.get(answer.headers["location"], headers=HTML).text
    assert "Đã gộp với thay đổi của" in shown
    assert "Bước, Ngày hẹn bàn giao" in shown
    present = client.get(f"/api/cases/{code}").json()["present"]
    assert (present["step"], present["promised_on"], present["obstacle"], present["note"]) == (
        "S85",
        "2026-05-05",
        "NGUON_GOC",
        "của tôi",
    )


def test_after_a_conflict_the_form_holds_the_others_fields_and_ones_own(
    client: TestClient, code: str
) -> None:
    mine = form(client, code) | {"note": "của tôi", "effective_on": DAY}
    assert patch(client, code, **OTHER, note="của người kia", obstacle="NGUON_GOC")["status"] == 200
    refused = client.post(f"/ho-so/{code}", data=mine, headers=HTML)
    assert refused.status_code == 409
    assert "Hai bên cùng sửa: Ghi chú" in refused.text
    assert refused.text.count("hai bên cùng sửa") == 1
    again = refused.text[refused.text.index('id="ghi"') :]
    assert 'name="version" value="2"' in again
    assert 'value="2026-05-05"' in again
    assert '<option value="NGUON_GOC" selected' in again
    assert ">của tôi</textarea>" in again


def test_after_a_fault_the_form_still_tells_what_its_author_changed(client: TestClient, code: str) -> None:
    mine = form(client, code) | {"note": "của tôi", "effective_on": "2020-01-01"}
    assert patch(client, code, **OTHER)["status"] == 200
    refused = client.post(f"/ho-so/{code}", data=mine, headers=HTML)
    assert refused.status_code == 422
    assert 'name="version" value="1"' in refused.text
    answer = client.post(
        f"/ho-so/{code}", data=mine | {"effective_on": DAY, "key": "moi"}, follow_redirects=False
    )
    assert answer.status_code == 303
    present = client.get(f"/api/cases/{code}").json()["present"]
    assert (present["promised_on"], present["note"]) == ("2026-05-05", "của tôi")


def test_the_form_goes_by_the_newest_state_when_that_lies_after_the_data_date(
    client: TestClient, code: str
) -> None:
    later = {"step": "S85", "signer": "Nguyễn Văn Một", "document": "1/QĐ", "effective_on": "2026-04-20"}
    assert patch(client, code, version=1, **later)["status"] == 200
    fields = form(client, code)
    assert (fields["step"], fields["effective_on"]) == ("S85", "2026-04-20")
    answer = client.post(f"/ho-so/{code}", data=fields | {"note": "x"}, follow_redirects=False)
    assert answer.status_code == 303
    assert client.get(f"/api/cases/{code}").json()["present"]["step"] == "S85"


def test_a_value_for_days_before_a_later_one_says_that_the_later_one_stands(
    client: TestClient, code: str
) -> None:
    assert patch(client, code, version=1, note="sau", effective_on="2026-06-01")["status"] == 200
    earlier = patch(client, code, version=2, note="trước", effective_on="2026-05-01")
    assert (earlier["status"], earlier["note"], earlier["overtaken"]) == (200, "sau", ["note"])
    notes = [
        client.get(f"/api/cases/{code}?ngay={day}").json()["note"] for day in ("2026-05-31", "2026-06-01")
    ]
    assert notes == ["trước", "sau"]
    page = client.get(f"/ho-so/{code}?da_ghi=3", headers=HTML).text
    assert "có hiệu lực muộn hơn" in page


def test_without_a_day_a_change_is_not_put_before_the_value_that_it_replaces(
    client: TestClient, code: str
) -> None:
    assert patch(client, code, version=1, note="một", effective_on="2026-06-01")["status"] == 200
    answer = patch(client, code, version=2, note="hai")
    assert (answer["note"], answer["overtaken"]) == ("hai", [])


def test_keys_belong_to_their_actor(portfolio_settings: Settings, code: str) -> None:
    with owner_session(portfolio_settings) as session:
        for number, actor in enumerate(("an", "binh"), start=1):
            change = CaseChange(note=f"của {actor}", said=frozenset({"note"}))
            answer = change_case(session, acting(actor), code, change, seen=number, key="cùng khoá")
            assert answer["note"] == f"của {actor}"
        other = CaseChange(note="khác", said=frozenset({"note"}))
        with pytest.raises(KeyReused):
            change_case(session, acting("an"), code, other, seen=3, key="cùng khoá")
        stored = session.scalars(select(Event.idempotency_key).where(Event.object_code == code))
        assert {key for key in stored if key} == {"an:cùng khoá", "binh:cùng khoá"}
        session.rollback()


def test_a_repeated_request_is_answered_as_the_first_time_also_after_others_wrote(
    client: TestClient, code: str
) -> None:
    assert patch(client, code, **OTHER)["status"] == 200
    body = {"version": 1, "note": "lại"}
    headers = {"Idempotency-Key": f"again-{code}"}
    first = client.patch(f"/api/cases/{code}", json=body, headers=headers).json()
    assert (
        patch(client, code, version=3, step="S85", document="1/QĐ", signer="Một", effective_on="2026-04-01")[
            "status"
        ]
        == 200
    )
    second = client.patch(f"/api/cases/{code}", json=body, headers=headers)
    assert (second.status_code, second.json()) == (200, first)


@pytest.fixture(scope="module")
def absent(portfolio_settings: Settings, tester: Tester) -> str:
    """The account of somebody who lets the tester act in their place."""
    name = make_tester(portfolio_settings, "vang.mat", "ward_leader", wards=None).name
    with owner_session(portfolio_settings) as session:
        days = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}
        delegate(session, system_context(), name, tester.name, **days)
    return name


def test_the_paper_and_the_person_behind_a_change_are_recorded(
    client: TestClient, code: str, absent: str
) -> None:
    digest = "A" * 64
    body = {"version": 1, "note": "x", "document_sha256": digest, "on_behalf_of": absent}
    assert patch(client, code, **body)["status"] == 200
    newest = client.get(f"/api/cases/{code}").json()["history"][0]
    assert (newest["document_hash"], newest["on_behalf_of"]) == (digest.lower(), absent)
    page = client.get(f"/ho-so/{code}", headers=HTML).text
    assert digest.lower() in page
    assert absent in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("document_sha256", "abc"),
        ("document_sha256", "g" * 64),
        ("on_behalf_of", ""),
        ("on_behalf_of", "a b"),
        ("on_behalf_of", "-x"),
        ("on_behalf_of", "x\n"),
    ],
)
def test_a_malformed_hash_or_account_is_refused(
    client: TestClient, code: str, field: str, value: str
) -> None:
    answer = patch(client, code, version=1, note="x", **{field: value})
    assert (answer["status"], answer["faults"][0]["where"]) == (422, field)
    assert client.get(f"/api/cases/{code}").json()["row"]["version"] == 1


def test_the_account_may_be_named_in_the_form(client: TestClient, code: str, absent: str) -> None:
    def send(name: str) -> int:
        fields = form(client, code) | {"note": "x", "on_behalf_of": name}
        return client.post(f"/ho-so/{code}", data=fields, headers=HTML, follow_redirects=False).status_code

    assert [send("không hợp lệ"), send("khong.ai"), send(absent)] == [422, 422, 303]
    assert client.get(f"/api/cases/{code}").json()["history"][0]["on_behalf_of"] == absent


@pytest.mark.parametrize("key", ["x" * 101, "a\x00b"])
def test_a_key_that_cannot_be_stored_is_refused_not_failed(client: TestClient, code: str, key: str) -> None:
    answer = client.post(f"/ho-so/{code}", data=form(client, code) | {"note": "x", "key": key}, headers=HTML)
    assert answer.status_code == 422
    assert "Khoá chống ghi trùng không hợp lệ." in answer.text
