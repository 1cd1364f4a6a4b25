"""One table of a journal: rows collected in plain lists, turned into columns a block at a time, kept as Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]

_BLOCK = 65_536
# bytes of a number
_NUMBER = 8


class Table:
    """One table of the journal while it grows.

    Args:
        name: of its files.
        kinds: its columns and what numpy keeps them as.
        folder: where finished blocks are written; None keeps them in memory.
    """

    def __init__(self, name: str, kinds: Mapping[str, str], folder: Path | None = None) -> None:
        self.name = name
        self._columns = kinds
        self._width = len(self._columns)
        self._folder = folder
        # rows as packed numbers: kept as Python's objects they would fill memory, and cost more to turn into columns
        self._flat = bytearray()
        self._pack = Struct(f"{self._width}d").pack
        self._limit = _BLOCK * self._width * _NUMBER
        self._arrays: list[Sequence[Any]] = []
        self._arrays_rows = 0
        # plain rows that there were before each of the arrays
        self._before: list[int] = []
        # blocks of whole columns that are not put away yet
        self._ready: list[Columns] = []
        self._blocks: list[Columns] = []
        self._parts = 0

    def add(self, row: Sequence[float]) -> None:
        """Append a row: one number for each column."""
        self._flat += self._pack(*row)

    def add_rows(self, *columns: Any) -> None:
        """Append several rows at once: each column an array, or one value for all. At least one is an array."""
        self._arrays.append(columns)
        self._before.append(len(self._flat) // (self._width * _NUMBER))
        self._arrays_rows += _rows_of(columns)

    def add_block(self, columns: Columns) -> None:
        """Append rows as whole columns, typed as they are kept; the table keeps the arrays themselves.

        A table gets either such blocks or single rows.
        """
        assert not self._flat and not self._arrays
        self._ready.append(columns)

    def full(self) -> bool:
        """Return whether a block is ready to be put away."""
        return len(self._flat) >= self._limit or self._arrays_rows + sum(map(_length, self._ready)) >= _BLOCK

    def put_away(self) -> None:
        """Turn the collected rows into columns and write or keep them; rows that cannot be written stay here."""
        if not self._flat and not self._arrays and not self._ready:
            return
        blocks = self._ready or [self._collected()]
        if self._folder is None:
            self._blocks += blocks
        else:
            _write(self._folder / "parts" / f"{self.name}-{self._parts:05d}.parquet", blocks)
        # numbered last: what is interrupted before is written again over the same file
        self._ready = []
        self._flat.clear()
        self._arrays.clear()
        self._before.clear()
        self._arrays_rows = 0
        self._parts += 1

    def _collected(self) -> Columns:
        """Return the collected rows as columns."""
        whole = np.array(np.frombuffer(self._flat)).reshape(-1, self._width).T
        if self._arrays:
            sizes = [_rows_of(columns) for columns in self._arrays]
            places = np.repeat(self._before, sizes)
            whole = np.insert(whole, places, _stacked(self._arrays, sizes), axis=1)
        return {name: whole[place].astype(kind) for place, (name, kind) in enumerate(self._columns.items())}

    def keep(self, columns: Columns) -> None:
        """Take a whole table that was read from disk."""
        self._blocks.append(columns)

    def columns(self) -> Columns:
        """Return the whole table."""
        self.put_away()
        if self._folder is not None:
            return read(self._folder, self.name, self._columns)
        empty = {name: np.zeros(0, kind) for name, kind in self._columns.items()}
        return {name: np.concatenate([empty[name], *(block[name] for block in self._blocks)]) for name in empty}


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values())))


def _rows_of(group: Sequence[Any]) -> int:
    return max([len(column) for column in group if isinstance(column, np.ndarray)])


def _stacked(groups: Sequence[Sequence[Any]], sizes: Sequence[int]) -> NDArray[np.float64]:
    """Return groups of rows, whose columns are arrays or one value for all, as one array. Shape (columns, rows)."""
    stacked = np.empty((len(groups[0]), sum(sizes)))
    for place, column in enumerate(zip(*groups, strict=True)):
        if any(isinstance(part, np.ndarray) for part in column):
            parts = zip(column, sizes, strict=True)
            np.concatenate(
                [part if isinstance(part, np.ndarray) else np.full(size, part, np.float64) for part, size in parts],
                out=stacked[place],
            )
        else:
            stacked[place] = np.repeat(np.array(column, np.float64), sizes)
    return stacked


def _write(path: Path, blocks: Iterable[Columns]) -> None:
    """Write blocks of columns as one Parquet file, a row group each; whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    draft = path.with_suffix(".tmp")
    writer = None
    try:
        for block in blocks:
            # what was not measured is null: sums in SQL leave it out, and NaN would defeat the statistics of a file
            table = pa.table({name: pa.array(values, from_pandas=True) for name, values in block.items()})
            writer = writer or pq.ParquetWriter(draft, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
            draft.replace(path)
    finally:
        # on a full disk half a file would only be in the way
        draft.unlink(missing_ok=True)


def _parts(folder: Path, name: str) -> list[Path]:
    return sorted((folder / "parts").glob(f"{name}-*.parquet"))


def merge(folder: Path, name: str, kinds: Mapping[str, str]) -> None:
    """Join the parts of a table to one file, and remove them."""
    import pyarrow.parquet as pq

    parts = _parts(folder, name)
    empty = {column: np.zeros(0, kind) for column, kind in kinds.items()}
    blocks = (_as_columns(pq.read_table(part)) for part in parts) if parts else iter([empty])
    _write(folder / f"{name}.parquet", blocks)
    for part in parts:
        part.unlink()


def _as_columns(table: Any) -> Columns:
    return {name: table.column(name).to_numpy() for name in table.column_names}


def read(folder: Path, name: str, kinds: Mapping[str, str]) -> Columns:
    """Read a table of a run folder, finished or not.

    Raises:
        OSError, ValueError: the files cannot be read as Parquet.
    """
    import pyarrow.parquet as pq

    whole = folder / f"{name}.parquet"
    files = [whole] if whole.exists() else _parts(folder, name)
    pieces = [_as_columns(pq.read_table(file)) for file in files]
    empty = {column: np.zeros(0, kind) for column, kind in kinds.items()}
    return {column: np.concatenate([empty[column], *(piece[column] for piece in pieces)]) for column in empty}
