"""A small decoder of Mapbox Vector Tiles 2, written from the specification: what the tile tests read answers with."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Point = tuple[int, int]


@dataclass(frozen=True)
class Feature:
    """One feature: attributes, and the rings of a polygon in units of the tile, first point repeated at the end."""

    properties: dict[str, Any]
    rings: list[list[Point]]


@dataclass(frozen=True)
class Layer:
    """A layer of a tile by its name."""

    name: str
    extent: int
    features: list[Feature] = field(default_factory=list)


def decode(data: bytes) -> dict[str, Layer]:
    """The layers of a tile by name; an empty tile has none."""
    layers = [_layer(body) for number, body in _fields(data) if number == 3]
    return {layer.name: layer for layer in layers}


def _layer(data: bytes) -> Layer:
    name, extent = "", 4096
    keys: list[str] = []
    values: list[Any] = []
    raw: list[bytes] = []
    for number, body in _fields(data):
        if number == 1:
            name = body.decode()
        elif number == 2:
            raw.append(body)
        elif number == 3:
            keys.append(body.decode())
        elif number == 4:
            values.append(_value(body))
        elif number == 5:
            extent = body
    return Layer(name, extent, [_feature(body, keys, values) for body in raw])


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    tags: list[int] = []
    rings: list[list[Point]] = []
    for number, body in _fields(data):
        if number == 2:
            tags = list(_varints(body))
        elif number == 4:
            rings = _rings(list(_varints(body)))
    return Feature({keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}, rings)


def _rings(commands: list[int]) -> list[list[Point]]:
    rings: list[list[Point]] = []
    at, x, y = 0, 0, 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 7:
            rings[-1].append(rings[-1][0])
            continue
        for _ in range(count):
            x, y = x + _zigzag(commands[at]), y + _zigzag(commands[at + 1])
            at += 2
            if command == 1:
                rings.append([(x, y)])
            else:
                rings[-1].append((x, y))
    return rings


def _value(data: bytes) -> Any:
    for number, body in _fields(data):
        if number == 1:
            return body.decode()
        if number in (2, 3):
            return struct.unpack("<f" if number == 2 else "<d", body)[0]
        if number == 6:
            return _zigzag(body)
        return bool(body) if number == 7 else body
    return None


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
        else:
            length, at = (8, at) if kind == 1 else (4, at) if kind == 5 else _varint(data, at)
            yield key >> 3, data[at : at + length]
            at += length


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)
