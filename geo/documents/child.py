"""The only process that opens a paper or picture from outside: `python -m geo.documents.child REQUEST.json`.

It limits itself before it loads Pillow or pikepdf, and answers with numbers, plain text and pictures made anew in a
folder of its parent's; it never sees the database or the network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from geo.documents.kinds import MEDIA, kind_of
from geo.importers.child import limit_process
from geo.importers.limits import Limits
from geo.importers.precheck import Refused


def main(arguments: list[str]) -> int:
    """Reads the request, answers in its `out` folder, returns 0 also for a refusal (which is an answer)."""
    request = json.loads(Path(arguments[1]).read_text("utf-8"))
    limit_process(Limits(**request["limits"]))
    out = Path(request["out"])
    try:
        answer = look(Path(request["path"]), out)
    except Refused as refusal:
        answer = {"refused": refusal.code, "values": refusal.values}
    except MemoryError:
        answer = {"refused": "memory", "values": {}}
    except RecursionError:
        answer = {"refused": "damaged", "values": {}}
    (out / "answer.json").write_text(json.dumps(answer, allow_nan=False), "utf-8")
    return 0


def look(path: Path, out: Path) -> dict[str, Any]:
    """What the file is and what is to be known of it. Raises Refused."""
    kind = kind_of(path)
    # Loaded only now: this process has given up what it could do harm with.
    if kind == "pdf":
        from geo.documents.papers import look_pdf

        found = look_pdf(path, out)
    elif kind == "docx":
        from geo.documents.papers import look_docx

        found = look_docx(path, out)
    else:
        from geo.documents.pictures import look as look_picture

        found = look_picture(path, kind, out)
    return {"media_type": MEDIA[kind], **found}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
