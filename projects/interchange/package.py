"""An import as one JSON document, and back: the network in our own format with what is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from projects.engine import document
from projects.engine.model import LinkType
from projects.interchange.imported import Agreed, Beside, Imported, SentBaseline
from projects.interchange.words import WORDS, Note

FORMAT, VERSION = "duonggang-import", 1


def packed(imported: Imported) -> dict[str, Any]:
    """The document; `network` in it is one of `projects.engine.document`."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "from": imported.format,
        "application": imported.application,
        "name": imported.name,
        "data_date": _text(imported.options.data_date),
        "network": document.write(imported.net, imported.options, imported.calendars),
        "beside": {
            code: {
                "uid": b.uid,
                "wbs": list(b.wbs),
                "codes": dict(b.codes),
                "start": None if b.start is None else _text(b.start),
                "finish": None if b.finish is None else _text(b.finish),
            }
            for code, b in imported.beside.items()
        },
        "percents": [[p, s, t.value, share] for (p, s, t), share in imported.percents.items()],
        "notes": [asdict(note) for note in imported.notes],
        "baselines": [
            {
                "number": b.number,
                "name": b.name,
                "date": None if b.date is None else _text(b.date),
                "dates": {code: [_text(d.start), _text(d.finish), d.days] for code, d in b.dates.items()},
            }
            for b in imported.baselines
        ],
    }


def unpacked(value: Mapping[str, Any]) -> Imported:
    """The import that `packed` wrote. Raises ValueError, KeyError or InvalidInput for anything else."""
    if value.get("format") != FORMAT or value.get("version") != VERSION:
        raise ValueError("not a packed import")
    said = value["data_date"]
    data_date = datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)
    read = document.read(value["network"], data_date=data_date, known={})
    return Imported(
        format=value["from"],
        application=value["application"],
        name=value["name"],
        net=read.net,
        options=read.options,
        calendars=read.calendars,
        beside={
            code: Beside(b["uid"], tuple(b["wbs"]), b["codes"], _moment(b["start"]), _moment(b["finish"]))
            for code, b in value["beside"].items()
        },
        percents={(p, s, LinkType(t)): float(share) for p, s, t, share in value["percents"]},
        notes=tuple(
            Note(n["key"], tuple(n["codes"]), n["detail"]) for n in value["notes"] if n["key"] in WORDS
        ),
        # Imports of before baselines were read have none.
        baselines=tuple(
            SentBaseline(
                b["number"],
                b["name"],
                _moment(b["date"]),
                {
                    code: Agreed(datetime.fromisoformat(start), datetime.fromisoformat(finish), days)
                    for code, (start, finish, days) in b["dates"].items()
                },
            )
            for b in value.get("baselines", ())
        ),
    )


def _text(moment: date | datetime) -> str:
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
