"""Which contents rows name and which uploads are on their way, of the whole installation: for the sweep alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

_CONTENTS = text("select sha256 from documents_kept()")
_UPLOADS = text("select id from document_uploads_open(:unfinished, :finished)")


def kept_documents(
    session: Session, *, unfinished: timedelta, finished: timedelta
) -> tuple[set[str], set[int]]:
    """Hashes that rows name, past versions too, and numbers of open uploads.

    Uploads that nobody touched for `unfinished` (open ones) or `finished` are forgotten first.
    """
    uploads = set(session.scalars(_UPLOADS, {"unfinished": unfinished, "finished": finished}))
    return set(session.scalars(_CONTENTS)), uploads
