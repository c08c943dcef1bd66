"""Whether the person who asks may do an action to a case: the one place that use cases ask."""

from __future__ import annotations

from api.context import Context
from api.rightsfile import SYSTEM_ROLE
from projects.errors import Forbidden
from projects.rights import Sight


def is_command(ctx: Context) -> bool:
    """Whether a command of the operator asks: it is bound by the machine's access, not by the table."""
    return ctx.principal.role.code == SYSTEM_ROLE.code


def may_on(ctx: Context, action: str, *, ward: str, project: str) -> bool:
    """Whether the action is allowed on a case of this ward and project."""
    return is_command(ctx) or ctx.rights.may_on(ctx.principal, action, ward=ward, project=project)


def require(ctx: Context, action: str, *, ward: str, project: str) -> None:
    """Raises Forbidden unless the action is allowed on a case of this ward and project."""
    if not may_on(ctx, action, ward=ward, project=project):
        raise Forbidden(action)


def require_step(ctx: Context, step: str) -> None:
    """Raises Forbidden unless the person's role may record this step."""
    if not is_command(ctx) and not ctx.rights.may_record(ctx.principal, step):
        raise Forbidden(
            "case.change",
            f"Vai trò “{ctx.principal.role.vi}” không ghi bước {step}; xem bảng quyền.",
            f"The role “{ctx.principal.role.en}” does not record step {step}; see the rights table.",
        )


def sees(ctx: Context, *, ward: str, project: str) -> bool:
    """Whether a case of this ward and project may be shown, with its code and parcels."""
    return is_command(ctx) or (
        ctx.rights.may(ctx.principal, "case.read") and ctx.principal.sees(ward=ward, project=project)
    )


def sight(ctx: Context, name: str) -> Sight:
    """How the person sees a protected field."""
    return ctx.rights.sight(ctx.principal, name)
