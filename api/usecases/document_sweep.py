"""Removes what killed uploads of papers and pictures left behind."""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from api.settings import Settings
from api.usecases.document_uploads import ABANDONED, REMEMBERED
from geo.documents.keeping import documents_folder, sweep
from geo.documents.kept import kept_documents


def sweep_documents(session: Session, settings: Settings, *, age: float = 3600.0) -> int:
    """Removes files that are older than `age` seconds and named by no row, of any reach; gives their number."""
    contents, uploads = kept_documents(session, unfinished=ABANDONED, finished=REMEMBERED)
    return sweep(documents_folder(settings.home), contents, uploads, now=time.time(), age=age)
