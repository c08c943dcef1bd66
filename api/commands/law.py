"""`duonggang law …`: the rules, and the legal clocks of a file of facts. Needs no database."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.calendars import working_calendars
from api.commands.shared import fail, sentences
from api.lawfiles import bans, rule_book
from api.usecases.law_answer import case_answer, rule_answer
from projects.calendars import VN5
from projects.errors import Fault, InvalidInput
from projects.law.factfile import CaseFacts, read_cases
from projects.law.rules import LEVELS, NATURES

MOST_BYTES = 50_000_000
app = typer.Typer(help="Quy tắc pháp luật và thời hạn (legal rules and clocks).", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")]


@app.command("rules")
def rules(as_json: AsJson = False) -> None:
    """Mọi quy tắc: mã, tính chất, số ngày, điều luật, thời gian áp dụng, mức kiểm chứng."""
    with sentences():
        rows = rule_book().counted()
    if as_json:
        print(json.dumps([rule_answer(rule) for rule in rows], ensure_ascii=False, indent=2, sort_keys=True))
        return
    for rule in rows:
        amount = "" if rule.amount is None else f"{rule.amount} {rule.unit}"
        nature, basis = NATURES[rule.nature][0], rule.basis or "mốc nội bộ"
        print(f"{rule.id:<7} {rule.level} {nature:<12} {amount:>7}  {rule.label_vi} [{basis}]")
    print("Mức · level: " + "; ".join(f"{code} {vi}" for code, (vi, _) in LEVELS.items()))


@app.command("deadlines")
def deadlines(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp JSON các sự việc của hồ sơ.", show_default=False)
    ],
    ngay: Annotated[
        datetime | None, typer.Option("--ngay", formats=["%Y-%m-%d"], help="Tính đến ngày, năm-tháng-ngày.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Thời hạn pháp lý của các hồ sơ trong một tệp sự việc: sớm nhất, hạn, hết hiệu lực, còn mấy ngày, màu."""
    with sentences():
        named, cases = read_cases(_content(path))
        today = ngay.date() if ngay else named or date.today()
        answers = [_answer(case, today) for case in cases]
    if as_json:
        body = {"today": today.isoformat(), "cases": answers}
        print(json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True))
        return
    for answer in answers:
        _print(answer)


def _answer(case: CaseFacts, today: date) -> dict[str, Any]:
    return case_answer(case, today=today, book=rule_book(), office=working_calendars()[VN5], bans=bans())


def _content(path: Path) -> object:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise fail(f"{path.name}: tệp lớn hơn {MOST_BYTES // 1_000_000} MB.")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise fail(f"Không đọc được {path.name}: {error.strerror}.") from None
    except (UnicodeDecodeError, RecursionError):
        raise InvalidInput([Fault(path.name, "không phải JSON mã UTF-8", "is no JSON in UTF-8")]) from None
    except json.JSONDecodeError as error:
        where = f"{path.name}:{error.lineno}"
        raise InvalidInput([Fault(where, "không phải JSON", f"is no JSON: {error.msg}")]) from None


def _print(answer: dict[str, Any]) -> None:
    print(f"{answer['code']} · {answer['regime']['code']} ({answer['regime']['rule']}) · {answer['light']}")
    for row in answer["clocks"]:
        day = row["due"] or row["lapses"] or row["earliest"] or "–"
        left = _left(row["days_left"], row["days_since"])
        who = " ".join(part for part in (row["party"], row["land"]) if part)
        print(
            f"  {row['light']:<5} {row['rule']:<7} {day:<11} {left:<14} {row['state_vi']:<24} {row['label_vi']} {who}"
        )
        if row["missing"]:
            print(f"        thiếu: {row['missing']['vi']}")


def _left(days_left: int | None, days_since: int | None) -> str:
    if days_since is not None:
        return f"đã {days_since} ngày"
    if days_left is None:
        return ""
    return f"quá {-days_left} ngày" if days_left < 0 else f"còn {days_left} ngày"
