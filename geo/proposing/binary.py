"""Columns of values to the bytes of PostgreSQL's binary COPY, without a loop over rows.

Format: each row is the number of fields (int16), then per field its length (int32, −1 for NULL) and its bytes, all
big-endian; a signature before and −1 after all rows. https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format".

Rows in which every field is as long as in another have the same layout: each group of them is one rectangle of bytes,
filled column by column. So rows leave in another order than they came, which no table minds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
Whole = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
_EPOCH = date(2000, 1, 1).toordinal()
_INT4_ARRAY = 23  # oid of int4
# EWKB of a multipolygon in EPSG:4326 that has one polygon with one ring, up to the number of its points.
_ONE_RING = bytes.fromhex("0106000020e6100000010000000103000000" + "01000000")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: where in `pool` each value begins and how many bytes it has (−1: NULL)."""

    pool: Octets
    starts: Whole
    lengths: Whole

    def part(self, rows: slice) -> Field:
        """The same for some of the rows."""
        return Field(self.pool, self.starts[rows], self.lengths[rows])


@dataclass(frozen=True, slots=True)
class Rings:
    """Multipolygons in EPSG:4326 of one ring each: `points` (float64, n × 2), the first one and the number of each."""

    points: npt.NDArray[np.float64]
    starts: Whole
    counts: Whole

    @property
    def lengths(self) -> Whole:
        """Bytes of each as EWKB."""
        return len(_ONE_RING) + 4 + 16 * self.counts


def rectangles(fields: Sequence[Field | Rings]) -> Iterator[bytes]:
    """The bytes of all rows, one group of equal layout after the other."""
    lengths = np.stack([field.lengths for field in fields])
    if lengths.shape[1] == 0:
        return
    varying = [i for i in range(len(fields)) if lengths[i].min() != lengths[i].max()]
    key = np.zeros(lengths.shape[1], dtype=np.int64)
    for i in varying:
        _, codes = np.unique(lengths[i], return_inverse=True)
        key = key * (int(codes.max()) + 1) + codes
        _, key = np.unique(key, return_inverse=True)  # stays small, however many fields vary
    order = np.argsort(key, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(key[order])) + 1):
        yield _rectangle(fields, lengths[:, group[0]], group).tobytes()


def _rectangle(fields: Sequence[Field | Rings], lengths: Whole, group: Whole) -> Octets:
    sizes = np.maximum(lengths, 0)
    out = np.empty((len(group), int(2 + 4 * len(fields) + sizes.sum())), dtype=np.uint8)
    out[:, :2] = _bytes_of(len(fields), ">i2")
    at = 2
    for field, length, size in zip(fields, lengths.tolist(), sizes.tolist(), strict=True):
        out[:, at : at + 4] = _bytes_of(length, ">i4")
        at += 4
        if isinstance(field, Rings):
            _put_rings(out[:, at : at + size], field, group)
        elif size:
            out[:, at : at + size] = field.pool[field.starts[group][:, None] + np.arange(size)]
        at += size
    return out


def _put_rings(out: Octets, rings: Rings, group: Whole) -> None:
    head = len(_ONE_RING)
    count = int(rings.counts[group[0]])
    out[:, :head] = np.frombuffer(_ONE_RING, dtype=np.uint8)
    out[:, head : head + 4] = _bytes_of(count, "<i4")
    points = rings.points[rings.starts[group][:, None] + np.arange(count)]
    out[:, head + 4 :] = points.astype("<f8", copy=False).reshape(len(group), -1).view(np.uint8)


def texts(values: pd.Series) -> Field:
    """A column of text; what is no text is NULL. Each different text is encoded once."""
    codes, different = pd.factorize(values)
    if not all(isinstance(text, str) for text in different):
        raise TypeError("a column of text holds something else")
    return _chosen([text.encode() for text in different], codes)


def octets(values: Sequence[bytes | None]) -> Field:
    """A column of bytes: geometry as EWKB, or values that are encoded already."""
    lengths = np.fromiter((-1 if v is None else len(v) for v in values), dtype=np.int64, count=len(values))
    sizes = np.maximum(lengths, 0)
    return Field(_pool(b"".join(filter(None, values))), np.cumsum(sizes) - sizes, lengths)


def numbers(values: npt.ArrayLike, kind: str, known: npt.NDArray[np.bool_] | None = None) -> Field:
    """A column of numbers: `kind` is i4, i8 or f8; NULL where not `known`."""
    plain = np.asarray(values)
    if known is not None:
        plain = np.where(known, plain, 0)
    array = plain.astype(f">{kind}")
    width = array.itemsize
    lengths = np.full(len(array), width, dtype=np.int64)
    if known is not None:
        lengths[~known] = -1
    return Field(array.view(np.uint8), np.arange(len(array)) * width, lengths)


def constant(value: int, kind: str, count: int) -> Field:
    """A column of one number."""
    data = np.array([value], dtype=f">{kind}").view(np.uint8)
    return Field(data, np.zeros(count, dtype=np.int64), np.full(count, len(data), dtype=np.int64))


def days(values: pd.Series) -> Field:
    """A column of dates: days since 1 Jan 2000."""
    known = values.notna().to_numpy(dtype=bool)
    return numbers(
        [
            value.toordinal() - _EPOCH if there else 0
            for value, there in zip(values, known.tolist(), strict=True)
        ],
        "i4",
        known,
    )


def int_lists(values: Sequence[Sequence[int]]) -> Field:
    """A column of one-dimensional int4 arrays."""
    different = list(dict.fromkeys(tuple(value) for value in values))
    place = {value: i for i, value in enumerate(different)}
    codes = np.fromiter((place[tuple(value)] for value in values), dtype=np.int64, count=len(values))
    return _chosen([_int_list(value) for value in different], codes)


def _chosen(encoded: Sequence[bytes], codes: npt.NDArray[np.integer]) -> Field:
    """A column in which row i is `encoded[codes[i]]`, NULL for −1."""
    lengths = np.array([len(value) for value in encoded] + [-1], dtype=np.int64)
    sizes = np.maximum(lengths, 0)
    starts = np.cumsum(sizes) - sizes
    return Field(_pool(b"".join(encoded)), starts[codes], lengths[codes])


def _int_list(value: Sequence[int]) -> bytes:
    if not value:
        return np.array([0, 0, _INT4_ARRAY], dtype=">i4").tobytes()
    pairs = np.empty((len(value), 2), dtype=">i4")
    pairs[:, 0], pairs[:, 1] = 4, value
    return np.array([1, 0, _INT4_ARRAY, len(value), 1], dtype=">i4").tobytes() + pairs.tobytes()


def _bytes_of(value: int, kind: str) -> Octets:
    return np.array([value], dtype=kind).view(np.uint8)


def _pool(data: bytes) -> Octets:
    return np.frombuffer(data, dtype=np.uint8)
