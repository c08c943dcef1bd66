"""The facts of a case beside its headline: read, recorded, declared void."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.deps import CaseCode, ContextDep, SessionDep
from api.routes.cases import IdempotencyKey
from api.schemas import FactIn, plain
from api.usecases.case_facts import entered_of, facts_of, record_facts, void_fact

router = APIRouter(prefix="/api/cases/{code}/facts", tags=["facts"])
FactId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của sự việc.")]


class FactsIn(BaseModel):
    """Facts that are written together, all or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "facts": [
                        {
                            "kind": "notice.served",
                            "on": "2026-02-10",
                            "land": "non_agri",
                            "party": "P1",
                            "document": "12/BB-GN",
                        }
                    ]
                }
            ]
        },
    )
    facts: list[FactIn] = Field(min_length=1, max_length=40)
    reason: str | None = Field(default=None, max_length=500)


class VoidIn(BaseModel):
    """Why a fact does not hold."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1, max_length=500)


@router.get("", summary="Các sự việc của hồ sơ (facts of a case)")
def get_facts(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """`facts` that stand, steps among them, by day; `void` those that were declared void."""
    entered = entered_of(session, ctx, code)
    stand = facts_of(session, ctx, [code]).get(code, ())
    return {
        "facts": [plain(fact) for fact in stand],
        "void": [plain(each) for each in entered if each.void_reason is not None],
    } | ctx.looking_back


@router.post("", summary="Ghi sự việc kèm giấy tờ (record facts)", status_code=201)
def post_facts(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: FactsIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Writes all of them as one event; 422 lists every fault."""
    facts = [each.fact() for each in body.facts]
    return {"ids": record_facts(session, ctx, code, facts, key=key, reason=body.reason)}


@router.post("/{fact_id}/void", summary="Bỏ một sự việc ghi sai (declare a fact void)")
def post_void(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    fact_id: FactId,
    body: VoidIn,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """The fact stays to be read, with the reason; clocks and guards no longer count it."""
    void_fact(session, ctx, code, fact_id, reason=body.reason, key=key)
    return {"void": fact_id}
