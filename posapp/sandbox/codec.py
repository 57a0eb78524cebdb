"""Dataclasses to plain JSON values and back, with every type checked on the way in."""

from __future__ import annotations

import dataclasses
import functools
import types
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class CodecError(Exception):
    """A value does not have the shape it should have; the text names the place."""


def to_plain(value: object) -> Any:
    """A JSON value for ``value``: dataclasses become objects, the rest stays."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], value: object, where: str) -> T:
    """Read ``value`` as ``kind``.

    Raises:
        CodecError: if a member is missing, unknown, or of another type.
    """
    result: T = _read(kind, value, where)
    return result


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: object, where: str) -> Any:
    if kind is object or kind is Any:
        return value
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(kind, value, where)
    if origin is Literal:
        scalar = isinstance(value, (str, int)) and not isinstance(value, bool)
        if scalar and value in get_args(kind):
            return value
        choices = ", ".join(str(choice) for choice in get_args(kind))
        raise CodecError(f"{where} must be one of {choices}")
    if origin is list:
        if not isinstance(value, list):
            raise CodecError(f"{where} must be a list")
        (item,) = get_args(kind)
        return [_read(item, entry, f"{where}[{n}]") for n, entry in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise CodecError(f"{where} must be an object")
        _, item = get_args(kind)
        return {name: _read(item, entry, f"{where}.{name}") for name, entry in value.items()}
    if dataclasses.is_dataclass(kind):
        return _read_record(kind, value, where)
    return _read_scalar(kind, value, where)


def _read_union(kind: Any, value: object, where: str) -> Any:
    members = get_args(kind)
    if value is None and type(None) in members:
        return None
    rest = [member for member in members if member is not type(None)]
    if len(rest) != 1:
        raise TypeError(f"{where}: only optional types are supported")
    return _read(rest[0], value, where)


def _read_record(kind: Any, value: object, where: str) -> Any:
    if not isinstance(value, dict):
        raise CodecError(f"{where} must be an object")
    hints = _hints(kind)
    unknown = sorted(set(value) - set(hints))
    if unknown:
        raise CodecError(f"{where} has the unknown member {unknown[0]!r}")
    members: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if field.name in value:
            path = f"{where}.{field.name}"
            members[field.name] = _read(hints[field.name], value[field.name], path)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise CodecError(f"{where} lacks the member {field.name!r}")
    return kind(**members)


def _read_scalar(kind: Any, value: object, where: str) -> Any:
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise CodecError(f"{where} is too large") from None
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    raise CodecError(f"{where} must be {names.get(kind, kind)}")
