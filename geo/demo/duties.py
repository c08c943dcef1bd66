"""Invented conclusions, assignments, stands of the bottlenecks and answers of households, so that their pages live.

Days are counted from the data date; bodies are offices, persons are posts. Written once, into a database that has no
conclusion and no assignment yet: what people enter themselves is never mixed with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.history import record
from geo.tables import Account, Assignment, BottleneckEntry, ClearanceCase, Conclusion, Notice, Project, Ward
from projects.duties import BODY_KINDS

CITY, WARD, BOARD, DEPARTMENT = "lanhdao.tp", "lanhdao.phuong", "ban.qlda", "so.nganh"  # accounts of the demo
ANSWERS = "TULIEN"  # the project whose demo households have answered


@dataclass(frozen=True, slots=True)
class Seed:
    """An assignment: days from the data date (negative: before it). `state` with the days that it needs."""

    name: str
    kind: str
    body: str  # '' for a ward: that of the project with most open cases
    what: str
    product: str
    given: int
    due: int
    project: str = ""
    state: str = "given"
    done: int | None = None
    conclusion: str = ""
    parent: str = ""
    source: tuple[str, str] = ("free", "")
    asked: str = ""
    answer: str = ""
    said: str = ""


CONCLUSIONS = (
    ("01/KL-minh hoạ", -42, "Giao ban tiến độ các dự án trọng điểm (minh hoạ)"),
    ("02/KL-minh hoạ", -14, "Gỡ vướng mặt bằng các cầu qua sông Hồng (minh hoạ)"),
)
FIRST, SECOND = CONCLUSIONS[0][0], CONCLUSIONS[1][0]
SEEDS = (
    Seed("nguon-goc", "department", "Sở Nông nghiệp và Môi trường",
         "Hướng dẫn xác định nguồn gốc đất ngoài đê cho dự án cầu Tứ Liên", "Văn bản hướng dẫn", -40, -10, "TULIEN",
         "accepted", conclusion=FIRST, asked="Vì sao quá hạn mà chưa có văn bản hướng dẫn?"),
    Seed("danh-sach", "ward", "", "Lập danh sách hộ vướng nguồn gốc đất gửi Sở", "Danh sách có xác nhận", -36, -18,
         "TULIEN", "confirmed", -20, parent="nguon-goc"),
    Seed("niem-yet", "ward", "", "Niêm yết, lấy ý kiến hộ theo hướng dẫn của Sở", "Biên bản niêm yết", -30, -11,
         "TULIEN", "accepted", parent="nguon-goc"),
    Seed("giu-gang", "ward", "", "Gỡ các hồ sơ giữ đường găng của cầu Tứ Liên", "Biên bản bàn giao mặt bằng", -12, 9,
         "TULIEN", conclusion=SECOND, source=("report", "TULIEN")),
    Seed("moc", "board", "Ban QLDA (minh hoạ)", "Bàn giao mốc GPMB bổ sung đường dẫn cầu Hồng Hà",
         "Biên bản bàn giao mốc", -13, 6, "HONGHA", "accepted", conclusion=SECOND),
    Seed("von", "department", "Sở Tài chính", "Bố trí vốn chi trả bồi thường đợt 2 của Vành đai 4",
         "Thông báo kế hoạch vốn", -12, -1, "VD4", "done", -2, conclusion=SECOND),
    Seed("ql6", "board", "Ban QLDA (minh hoạ)", "Trình phương án di dời điện trung thế trên Quốc lộ 6",
         "Tờ trình và phương án", -38, -15, "QL6", "confirmed", -17, conclusion=FIRST),
    Seed("cuong-che", "ward", "", "Vận động các hộ chưa bàn giao trên Quốc lộ 6", "Biên bản vận động", -35, -3,
         "QL6", "returned", conclusion=FIRST, said="Thiếu biên bản vận động của ba hộ (minh hoạ)."),
    Seed("vd25", "board", "Ban QLDA (minh hoạ)", "Rà lại ranh GPMB nút giao của Vành đai 2,5", "Bản đồ ranh điều chỉnh",
         -39, -20, "VD25", "withdrawn", conclusion=FIRST, said="Ghép vào nhiệm vụ điều chỉnh quy hoạch (minh hoạ)."),
    Seed("un-tac", "department", "Sở Xây dựng", "Xử lý các điểm ùn tắc quanh công trường cầu", "Báo cáo kết quả xử lý",
         -33, 28, state="accepted", source=("bottleneck", "un_tac"),
         asked="Vì sao ba điểm chưa có phương án phân luồng?", answer="Chờ bàn giao mặt bằng nút giao (minh hoạ)."),
    Seed("ung-ngap", "department", "Sở Xây dựng", "Nạo vét mương trước mùa mưa", "Biên bản nghiệm thu", -33, -8,
         state="confirmed", done=-9, source=("bottleneck", "ung_ngap")),
    Seed("o-nhiem", "department", "Sở Nông nghiệp và Môi trường", "Công bố kế hoạch bổ cập nước hồ Tây",
         "Kế hoạch được duyệt", -20, 20, source=("bottleneck", "o_nhiem")),
)  # fmt: skip
STANDS = (
    ("un_tac", -30, 9, 37, "điểm ùn tắc đã xử lý"), ("un_tac", -4, 12, 37, "điểm ùn tắc đã xử lý"),
    ("trat_tu", -11, 61, 126, "phường, xã đã ra quân"), ("ung_ngap", -33, 4, 11, "điểm úng ngập đã xử lý"),
    ("ung_ngap", -6, 6, 11, "điểm úng ngập đã xử lý"), ("o_nhiem", -9, 3, 14, "hồ đã bổ cập nước"),
    ("an_toan_thuc_pham", -16, 210, 640, "cơ sở đã kiểm tra"),
)  # fmt: skip
# Every ninth demo case of the project has an answer about the step where it stands; more are content than not.
_ANSWER = text(
    """
    insert into satisfaction (case_id, step, score, said)
    select id, step, (array[5, 4, 4, 3, 5, 2, 4, 1])[1 + seed / 9 % 8], ''
    from (select c.id, c.step, ('x' || substr(md5('answer' || c.code), 1, 7))::bit(28)::int as seed
          from clearance_case c join project p on p.id = c.project_id
          where p.code = :project and c.is_demo and c.step <> 'X2') w
    where seed % 9 = 0
    on conflict do nothing
    """
)


def add_demo_duties(session: Session, *, actor: str, day: date) -> int:
    """Writes the invented assignments and what belongs to them; gives how many, 0 where there is one already."""
    known = {row.code: row for row in session.scalars(select(Project))}
    there = session.scalar(select(func.count()).select_from(Assignment)) or session.scalar(
        select(func.count()).select_from(Conclusion)
    )
    if (
        there
        or not known
        or not session.scalar(select(ClearanceCase.id).where(ClearanceCase.is_demo).limit(1))
    ):
        return 0
    numbers = _conclusions(session, day)
    accounts = set(session.scalars(select(Account.name).where(Account.is_demo)))
    made: dict[str, Assignment] = {}
    for seed in SEEDS:
        if seed.project and seed.project not in known:
            continue
        project = known.get(seed.project)
        ward = _busiest(session, project) if seed.kind == "ward" and project is not None else None
        if seed.kind == "ward" and ward is None:
            continue
        row = _assignment(seed, day, project, ward, numbers, made, accounts)
        session.add(row)
        session.flush()
        made[seed.name] = row
        if row.account is not None and row.state in ("given", "accepted", "returned"):
            _tell(session, row)
    for code, at, part, whole, unit in STANDS:
        session.add(
            BottleneckEntry(
                code=code, day=day + timedelta(at), part=part, whole=whole, unit=unit, said="Số liệu minh hoạ",
                document="Báo cáo minh hoạ", entered_by=CITY, is_demo=True,
            )
        )  # fmt: skip
    answered: Any = session.execute(_ANSWER, {"project": ANSWERS})
    record(
        session, kind="duties.demo", object_type="portfolio", object_code="-", actor=actor, effective_on=day,
        after={
            "conclusions": len(numbers), "assignments": len(made), "entries": len(STANDS),
            "answers": int(answered.rowcount),
        },
    )  # fmt: skip
    return len(made)


def _conclusions(session: Session, day: date) -> dict[str, int]:
    rows = [
        Conclusion(
            number=number, held_on=day + timedelta(at), title=title,
            chair="Lãnh đạo UBND Thành phố (minh hoạ)", entered_by=CITY, is_demo=True,
        )
        for number, at, title in CONCLUSIONS
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return {row.number: row.id for row in rows}


def _busiest(session: Session, project: Project) -> Ward | None:
    """The ward of the project with most demo cases that are still open."""
    counted = func.count(ClearanceCase.id)
    return session.scalar(
        select(Ward)
        .join(ClearanceCase, ClearanceCase.ward_code == Ward.code)
        .where(ClearanceCase.project_id == project.id, ClearanceCase.step != "S105", ClearanceCase.is_demo)
        .group_by(Ward.code)
        .order_by(counted.desc(), Ward.code)
        .limit(1)
    )


def _assignment(
    seed: Seed, day: date, project: Project | None, ward: Ward | None, conclusions: Mapping[str, int],
    made: Mapping[str, Assignment], accounts: set[str],
) -> Assignment:  # fmt: skip
    parent = made.get(seed.parent)
    body = f"UBND {ward.unit_type} {ward.name}" if ward is not None else seed.body
    given, due = day + timedelta(seed.given), day + timedelta(seed.due)
    done = None if seed.done is None else day + timedelta(seed.done)
    worker = {"ward": WARD, "board": BOARD, "department": DEPARTMENT}[seed.kind]
    source = ("parent", f"GV-{parent.id}") if parent is not None else seed.source
    if seed.conclusion and seed.source[0] == "free":
        source = ("conclusion", seed.conclusion)
    return Assignment(
        parent_id=None if parent is None else parent.id,
        conclusion_id=conclusions[seed.conclusion] if seed.conclusion else parent.conclusion_id if parent else None,
        source_kind=source[0], source_code=source[1],
        project_id=None if project is None else project.id, ward_code=None if ward is None else ward.code,
        body_kind=seed.kind, body=body, person=_post(seed.kind), account=worker if worker in accounts else None,
        what=seed.what, due_on=due, dues=[[given.isoformat(), due.isoformat()]], lead=body,
        joint=["Ban QLDA (minh hoạ)"] if seed.kind == "ward" else [], product=seed.product,
        authority="Chủ tịch UBND phường, xã" if seed.kind == "ward" else "UBND Thành phố",
        tier=BODY_KINDS[seed.kind][2], climbs=0, given_on=given,
        given_by=DEPARTMENT if parent is not None else CITY, state=seed.state, state_on=done or given,
        said=seed.said or None, done_on=done, done_by=worker if done else None,
        evidence=f"{100 + len(made)}/BC-minh hoạ" if done else None,
        confirmed_by=CITY if seed.state == "confirmed" else None, asked=seed.asked or None,
        asked_on=day - timedelta(5) if seed.asked else None, asked_by=CITY if seed.asked else None,
        answer=seed.answer or None, answered_on=day - timedelta(2) if seed.answer else None,
        answered_by=worker if seed.answer else None, is_demo=True, version=1,
    )  # fmt: skip


def _post(kind: str) -> str:
    return {"ward": "Chủ tịch UBND (minh hoạ)", "board": "Giám đốc ban (minh hoạ)"}.get(
        kind, "Giám đốc sở (minh hoạ)"
    )


def _tell(session: Session, row: Assignment) -> None:
    session.add(
        Notice(
            account=row.account, kind="assignment.give", href=f"/giao-viec/{row.id}",
            said_vi=f"Bạn được giao việc GV-{row.id}: {row.what}", said_en=f"You were given GV-{row.id}: {row.what}",
        )
    )  # fmt: skip
