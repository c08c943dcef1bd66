"""How much a file from outside may cost: every bound of the import door in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one import. Bytes, seconds and m²; the child process gets the same values as its parent."""

    file_bytes: int = 500 * 1024 * 1024  # the upload itself; a GeoPackage of a million parcels has 330 MB
    unpacked_bytes: int = 1024 * 1024 * 1024  # all members of a zip together
    zip_ratio: int = 60  # unpacked to packed, per member; real shapefiles stay under 20
    zip_members: int = 64
    rows: int = 1_000_000
    vertices: int = 20_000_000  # all rows together
    ring_vertices: int = 50_000
    text_length: int = 200  # characters of one attribute
    text_bytes: int = 160 * 1024 * 1024  # of all columns together, equal cells of a column counted once
    layers: int = 100
    sheet_bytes: int = 120 * 1024 * 1024  # a workbook unpacked; 1.1 MB can become 12 million rows and 2 GB
    cells: int = 4_000_000  # of a sheet or a table, empty ones between the first and the last counted
    entities: int = 500_000  # of a drawing
    sample_rows: int = 12  # shown at the preview
    area_m2: float = 10_000_000.0  # one parcel; the largest lake of Hanoi has 5.3 km²
    seconds: float = 300.0  # wall clock of the child
    cpu_seconds: int = 240
    memory_bytes: int = 2 * 1024 * 1024 * 1024  # address space of the child
    output_bytes: int = 400 * 1024 * 1024  # one file that the child writes
    open_files: int = 128
    faults_listed: int = 500

    def as_dict(self) -> dict[str, float]:
        """The values under their names, for the request that the child reads."""
        return asdict(self)


DEFAULT = Limits()
