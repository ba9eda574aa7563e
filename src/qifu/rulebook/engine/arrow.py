"""Columns as Arrow holds them: which types can hold which facts, and texts as places in a list."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qifu.rulebook.engine.compiling import Array


class UnfitColumn(ValueError):
    """A column of the data that cannot hold what the catalogue says; names it and what would."""


def holds(key: str, kind: str, schema: pa.Schema) -> bool:
    """Whether a table has a column that says something of a fact of this kind.

    One that is not there says nothing, nor does one of Arrow's type of nothing but nulls: unknown
    for everybody. UnfitColumn for one of a wrong type.
    """
    if key not in schema.names:
        return False
    found = schema.field(key).type
    needed, fits = _TYPES[kind]
    if not (pa.types.is_null(found) or fits(found)):
        raise UnfitColumn(f"{key}：类型不对 · {key}: must be {needed}, found {found}")
    return not pa.types.is_null(found)


def _is_number(type_: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_))


def _is_text(type_: pa.DataType) -> bool:
    value = type_.value_type if pa.types.is_dictionary(type_) else type_
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


def _is_set(type_: pa.DataType) -> bool:
    listed = pa.types.is_list(type_) or pa.types.is_large_list(type_)
    return bool(listed and _is_text(type_.value_type))


# kind of a column: what it must be, and how that is seen
_TYPES: dict[str, tuple[str, Callable[[pa.DataType], bool]]] = {
    "number": ("numbers", _is_number),
    "date": ("days (date32)", pa.types.is_date),
    "flag": ("true or false", pa.types.is_boolean),
    "code": ("texts", _is_text),
    "text": ("texts", _is_text),
    "set": ("lists of texts", _is_set),
}


def dictionary(piece: pa.Array) -> tuple[Array, list[str | None]]:
    """Texts as places in a list, -1 for unknown, and that list; it may name the unknown, too."""
    whole = piece if pa.types.is_dictionary(piece.type) else piece.dictionary_encode()
    places = pc.fill_null(pc.cast(whole.indices, pa.int64()), -1)
    return places.to_numpy(zero_copy_only=False), whole.dictionary.to_pylist()


def members_of(key: str, sets: pa.Array) -> tuple[Array, list[str | None]]:
    """The members of sets, one set after the other, as `dictionary` gives texts.

    UnfitColumn for a null among them, which says nothing: a set that is unknown is null itself.
    """
    places, names = dictionary(sets.flatten())
    nothing = [-1, *(place for place, name in enumerate(names) if name is None)]
    if np.isin(places, nothing).any() if len(nothing) > 1 else (places < 0).any():
        raise UnfitColumn(f"{key}：集合里有空值，请去掉 · {key}: null inside a set, leave it out")
    return places, names
