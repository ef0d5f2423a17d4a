"""Named arrays in Parquet: one column an array, flat, its shape in the footer, every page with a checksum.

Before them stand columns that say what a row is of, so that any reader of Parquet can join and group. Nothing
here reads them by value: where a number stands follows from the shape.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from risk.errors import StorageError, refuse_pipe
from risk.runs.files import refused
from risk.runs.hashing import array_digest
from risk.runs.keys import Key

Array = NDArray[Any]

Part = tuple[Mapping[str, Array], Mapping[str, Key]]
"""Arrays of one shape, and the keys that stand before them."""

_SHAPE = "shape"


def write_columns(
    file: BinaryIO,
    arrays: Mapping[str, Array],
    keys: Mapping[str, Key] | None = None,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Write arrays of one shape, each flattened in C order; see `write_groups`."""
    write_groups(file, [[(arrays, keys or {})]], told)


def write_groups(
    file: BinaryIO, groups: Iterable[Sequence[Part]], told: Mapping[str, Any] | None = None
) -> None:
    """Write arrays row group after row group, of which only one is held.

    Parameters
    ----------
    groups
        Parts that make a row group, one after the other: arrays of one shape, each flattened in C order, and
        the keys that stand before them. A name of a key that an array has too is a mistake of the caller.
    told
        What the footer says of the arrays, e.g. ``units`` → name → unit; as JSON. The shape of the first part
        is added.
    """
    waiting = iter(groups)
    parts = next(waiting)
    (shape,) = {array.shape for array in parts[0][0].values()}
    table = _table(parts)
    with _writer(file, parts, table.schema) as writer:
        while parts:
            writer.write_table(table, row_group_size=table.num_rows)
            del table, parts  # before the next are read
            if parts := next(waiting, ()):
                table = _table(parts)
        footer = {_SHAPE: shape, **(told or {})}
        writer.add_key_value_metadata({word: json.dumps(x, ensure_ascii=False) for word, x in footer.items()})


def _writer(file: BinaryIO, parts: Sequence[Part], schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of row groups like this one."""
    arrays, keys = parts[0]
    if clash := keys.keys() & arrays.keys():
        raise ValueError(f"{', '.join(sorted(clash))} would stand twice in a file")
    numbered = [name for name, key in keys.items() if not key.names]
    return pq.ParquetWriter(
        file,
        schema,
        compression="lz4",  # with split byte streams: 20-30% smaller than the raw floats at memory speed
        use_byte_stream_split=[name for name, array in arrays.items() if array.dtype.kind == "f"],
        use_dictionary=[name for name, key in keys.items() if key.names],
        column_encoding=dict.fromkeys(numbered, "DELTA_BINARY_PACKED"),
        write_statistics=numbered,  # a reader passes over the files of other paths
        write_page_checksum=True,
        store_schema=False,  # a name is a text to every reader, not a place in a list
    )


def read_columns(
    path: Path,
    digests: Mapping[str, str],
    names: Iterable[str] | None = None,
    keyed: Iterable[str] = (),
) -> dict[str, Array]:
    """Read some or all arrays of a file that holds one row group, and verify them.

    Parameters
    ----------
    path
        File of `write_columns`.
    digests
        Expected fingerprint of every array.
    names
        Which to read; all of `digests` by default, and the pages of the keys with them.
    keyed
        Keys that a file must have where all of it is read.

    Raises
    ------
    StorageError
        The file is missing, short or damaged, or an array is not the one that was written.
    OSError
        The system refused to open it, which says nothing of the file.
    """
    wanted = list(digests if names is None else names)
    metadata = read_metadata(path)
    shape = shape_of(path, metadata)
    flat = read_group(path, 0, wanted, metadata, keyed if names is None else ())
    with _understood(path):
        arrays = {name: array.reshape(shape) for name, array in flat.items()}
    for name, array in arrays.items():
        verify(path, name, array, digests[name])
    return arrays


def read_metadata(path: Path) -> pq.FileMetaData:
    """The footer of a file: what it holds and where; errors as of `read_columns`."""
    with _opened(path) as file:
        return file.metadata


def told(path: Path, metadata: pq.FileMetaData, word: str) -> Any:
    """What a footer says of a word."""
    with _understood(path):
        return json.loads(metadata.metadata[word.encode()])


def shape_of(path: Path, metadata: pq.FileMetaData) -> tuple[int, ...]:
    """Shape of the arrays of the first part of a file."""
    return tuple(told(path, metadata, _SHAPE))


def types_of(path: Path, names: Iterable[str], metadata: pq.FileMetaData) -> dict[str, np.dtype[Any]]:
    """Types of the numbers of arrays, by name; errors as of `read_columns`.

    Of the file, not of its footer: a footer that was asked for its schema and the schema hold each other, and
    stay until Python looks for such pairs, which it does by their number and not by the megabyte of each.
    """
    with _opened(path, metadata) as file:
        schema = file.schema_arrow
        return {name: np.dtype(schema.field(name).type.to_pandas_dtype()) for name in names}


def read_group(
    path: Path,
    group: int,
    names: Sequence[str] | None,
    metadata: pq.FileMetaData,
    keyed: Iterable[str] = (),
) -> dict[str, Array]:
    """Read arrays of a row group, flat, and the pages of keys with them; errors as of `read_columns`.

    Pages are checked, values are not: that is for whoever knows their fingerprints.

    Parameters
    ----------
    names : of the arrays; all columns of the file by default.
    metadata : of the file, which threads may share.
    """
    with _opened(path, metadata) as file:
        known = file.schema_arrow.names if keyed or names is None else ()
        if missing := set(keyed) - set(known):
            raise StorageError(
                f"{path} has no column {', '.join(sorted(missing))}: an older version wrote it"
            )
        wanted = known if names is None else names
        table = file.read_row_group(group, columns=[*keyed, *wanted], use_threads=False)
        return {name: _to_numpy(table.column(name)) for name in wanted}


def verify(path: Path, name: str, array: Array, expected: str) -> None:
    """Refuse an array of another fingerprint with StorageError."""
    if array_digest(array) != expected:
        raise StorageError(f"{path} is damaged: {name} is not what was written")


@contextmanager
def _opened(path: Path, metadata: pq.FileMetaData | None = None) -> Iterator[pq.ParquetFile]:
    """A file whose pages are checked as they are read; errors as of `read_columns`."""
    with _understood(path):
        refuse_pipe(path)
        with pq.ParquetFile(path, metadata=metadata, page_checksum_verification=True) as file:
            yield file


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    """Say what a file that cannot be read is: damaged, or refused by the system."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, IndexError, pa.ArrowException) as error:
        if isinstance(error, OSError) and refused(error):
            raise OSError(error.errno, os.strerror(error.errno or 0), str(path)) from error
        raise StorageError(f"{path} cannot be read ({(str(error).splitlines() or [''])[0]})") from error


# Buffers are handed over as they are: pyarrow's own conversions import pandas, a third of a second a worker.


def _table(parts: Sequence[Part]) -> pa.Table:
    """Parts one after the other, keys before arrays."""
    parted = [
        {name: _named(key) for name, key in keys.items()} | {n: _to_arrow(x) for n, x in arrays.items()}
        for arrays, keys in parts
    ]
    columns = {name: pa.chunked_array([part[name] for part in parted]) for name in parted[0]}
    fields = [pa.field(name, column.type, nullable=False) for name, column in columns.items()]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


def _to_arrow(array: Array) -> Any:
    flat = np.ascontiguousarray(array).reshape(-1)
    plain = flat.dtype.kind == "V"
    kind = pa.binary(flat.dtype.itemsize) if plain else pa.from_numpy_dtype(flat.dtype)
    return pa.Array.from_buffers(kind, flat.size, [None, pa.py_buffer(flat)])


def _named(key: Key) -> Any:
    """A key as Arrow has it; a name is written once."""
    column = _to_arrow(key.values)
    return pa.DictionaryArray.from_arrays(column, list(key.names)) if key.names else column


def _to_numpy(column: Any) -> Array:
    fixed = pa.types.is_fixed_size_binary(column.type)
    dtype = np.dtype(f"V{column.type.byte_width}" if fixed else column.type.to_pandas_dtype())
    parts = [
        np.frombuffer(chunk.buffers()[1], dtype, len(chunk), chunk.offset * dtype.itemsize)
        for chunk in column.chunks
        if len(chunk)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])


def digests_of(arrays: Mapping[str, Array]) -> dict[str, str]:
    """Fingerprint of every array."""
    return {name: array_digest(array) for name, array in arrays.items()}


def flatten(arrays: Mapping[str, Array]) -> Array:
    """All arrays one after the other, in the order of their names."""
    return np.concatenate([arrays[name].reshape(-1) for name in sorted(arrays)] or [np.empty(0)])


def unflatten(flat: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Undo `flatten`."""
    arrays: dict[str, Array] = {}
    start = 0
    for name in sorted(shapes):
        end = start + math.prod(shapes[name])
        arrays[name] = flat[start:end].reshape(shapes[name])
        start = end
    return arrays
