"""Named arrays in Parquet: one column an array, flat, its shape in the footer, every page with a checksum.

Before them stand columns that say what a row is of, so that any reader of Parquet can join and group. Nothing
here reads them by value: where a number stands follows from the shape.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
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

_SHAPE = "shape"


def write_columns(
    file: BinaryIO,
    arrays: Mapping[str, Array],
    keys: Mapping[str, Key] | None = None,
    told: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write arrays of one shape, each flattened in C order.

    Parameters
    ----------
    keys : columns before them; a name of one that an array has too is a mistake of the caller.
    told : what the footer says of the arrays, e.g. ``units`` → name → unit; as JSON.
    """
    (shape,) = {array.shape for array in arrays.values()}
    named = {name: _named(key) for name, key in (keys or {}).items()}
    if clash := named.keys() & arrays.keys():
        raise ValueError(f"{', '.join(sorted(clash))} would stand twice in a file")
    columns = named | {name: _to_arrow(array) for name, array in arrays.items()}
    fields = [pa.field(name, column.type, nullable=False) for name, column in columns.items()]
    footer = {_SHAPE: json.dumps(shape)} | {
        word: json.dumps(texts, ensure_ascii=False) for word, texts in (told or {}).items()
    }
    numbered = [name for name, key in (keys or {}).items() if not key.names]
    table = pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="lz4",  # with split byte streams: 20-30% smaller than the raw floats at memory speed
        use_byte_stream_split=list(arrays),
        use_dictionary=[name for name in named if name not in numbered],
        column_encoding=dict.fromkeys(numbered, "DELTA_BINARY_PACKED"),
        write_statistics=numbered,  # a reader passes over the files of other paths
        write_page_checksum=True,
        store_schema=False,  # a name is a text to every reader, not a place in a list
    ) as writer:
        writer.write_table(table, row_group_size=table.num_rows)
        writer.add_key_value_metadata(footer)


def read_columns(
    path: Path,
    digests: Mapping[str, str],
    names: Iterable[str] | None = None,
    keyed: Iterable[str] = (),
) -> dict[str, Array]:
    """Read some or all arrays of a file, and verify them.

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
    try:
        refuse_pipe(path)
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            shape = tuple(json.loads(file.metadata.metadata[_SHAPE.encode()]))
            beside = [*keyed] if names is None else []
            if missing := set(beside) - set(file.schema_arrow.names):
                raise StorageError(
                    f"{path} has no column {', '.join(sorted(missing))}: an older version wrote it"
                )
            table = file.read(columns=[*beside, *wanted], use_threads=False)
        arrays = {name: _to_numpy(table.column(name)).reshape(shape) for name in wanted}
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        if isinstance(error, OSError) and refused(error):
            raise OSError(error.errno, os.strerror(error.errno or 0), str(path)) from error
        raise StorageError(f"{path} cannot be read ({str(error).splitlines()[0]})") from error
    for name, array in arrays.items():
        if array_digest(array) != digests[name]:
            raise StorageError(f"{path} is damaged: {name} is not what was written")
    return arrays


# Buffers are handed over as they are: pyarrow's own conversions import pandas, a third of a second a worker.


def _to_arrow(array: Array) -> Any:
    flat = np.ascontiguousarray(array).reshape(-1)
    return pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), flat.size, [None, pa.py_buffer(flat)])


def _named(key: Key) -> Any:
    """A key as Arrow has it; a name is written once."""
    column = _to_arrow(key.values)
    return pa.DictionaryArray.from_arrays(column, list(key.names)) if key.names else column


def _to_numpy(column: Any) -> Array:
    dtype = np.dtype(column.type.to_pandas_dtype())
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
