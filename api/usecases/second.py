"""Who cannot be the second person of something: whoever proposed it, under any account, for anybody, in any guise."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from projects.rights import Principal


def bar(
    session: Session,
    me: Principal,
    *,
    proposed_by: str,
    person: str,
    device: str,
    on_behalf_of: str | None = None,
) -> tuple[str, str]:
    """Why `me` cannot be the second person, in both languages; empty when they can."""
    persons = {person, proposed_by}
    if on_behalf_of:
        persons |= {on_behalf_of, str(session.scalar(select(func.person_of(on_behalf_of))) or on_behalf_of)}
    if me.account in persons or (me.person or me.account) in persons:
        return "Người đề nghị không tự xác nhận.", "Nobody confirms what they proposed."
    if device and me.device and device == me.device:
        return (
            "Đề nghị được gửi từ chính trình duyệt này: người thứ hai dùng máy của mình.",
            "It was proposed in this very browser: the second person uses their own machine.",
        )
    return "", ""
