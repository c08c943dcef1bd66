"""`duonggang`: the command line; the same use cases as the pages."""

from __future__ import annotations

import typer

from api.collecting import patient_collection
from api.commands import (
    answers,
    audit,
    corridor,
    documents,
    fabric,
    follow,
    gaps,
    imports,
    land,
    law,
    network,
    previewing,
    report_files,
    server,
    upkeep,
    users,
    worklist,
)

app = typer.Typer(
    help="Đường Găng: từ thửa đất đến đường găng. Parcels, chainage, work fronts and the critical path.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(server.serve)
app.command("worker")(imports.worker)
app.command("worklist")(worklist.worklist)
app.command("data-date")(upkeep.set_data_date)
app.command("doctor")(upkeep.doctor)
app.command("check")(upkeep.check)
app.add_typer(network.app, name="schedule")
app.add_typer(answers.app, name="report")
answers.app.registered_commands += report_files.app.registered_commands
app.add_typer(audit.app, name="audit")
app.add_typer(documents.app, name="documents")
app.add_typer(land.app, name="import")
land.app.registered_commands += previewing.app.registered_commands
gaps.app.registered_commands += fabric.app.registered_commands
gaps.app.command("corridor")(corridor.corridor)
app.add_typer(gaps.app, name="land")
app.add_typer(follow.app, name="follow")
app.add_typer(law.app, name="law")
app.add_typer(users.app, name="user")
app.add_typer(upkeep.db, name="db")
app.add_typer(upkeep.server, name="cluster")
app.add_typer(upkeep.portfolio, name="portfolio")


def main() -> None:
    """Entry point of the `duonggang` script."""
    patient_collection()
    app()
