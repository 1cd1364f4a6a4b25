"""Run folders: a run on disk, complete or not, and how it is opened again."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from twin.journal import TABLES, Journal, read_table
from twin.line import Line, line_sha256
from twin.problems import InputError
from twin.results import ResultFiles, new_folder
from twin.run import Run, Save
from twin.simulation import Progress, check_run, engine_of, simulate
from twin.table import Columns, Table

FORMAT = 3
MANIFEST = "manifest.json"
KPI = "kpi.json"
PACKAGES = ("gigatwin", "simpy", "numpy", "numba", "pandas", "pyarrow")


def run_in_folder(
    run: Run, folder: Path, progress: Callable[[Progress], None] | None = None, state: Save | None = None
) -> Journal:
    """Simulate into a run folder; its manifest says at every moment what is there.

    Args:
        run: the question.
        folder: a new or an empty folder.
        progress: called at the end of each simulated day.
        state: where the plant is saved, and when.

    Raises:
        InputError: the run cannot be, or the folder holds something already.
    """
    check_run(run, state)
    new_folder(folder)
    began = time.perf_counter()
    asked = question(run)
    journal: list[Journal] = []
    written = -1.0

    def save(journal: Journal) -> None:
        nonlocal written
        if journal.safe > written or journal.complete:
            write_json(folder / MANIFEST, {**asked, **_state(journal, began)})
            written = journal.safe

    def begun(new: Journal) -> None:
        journal.append(new)
        save(new)

    def day_over(now: Progress) -> None:
        save(journal[0])
        if progress is not None:
            progress(now)

    try:
        simulate(run, folder, day_over, begun, state)
    except BaseException:
        # a disk that is full may not take the last state either: then the one before it holds
        with suppress(OSError, IndexError):
            save(journal[0])
        raise
    save(journal[0])
    return journal[0]


def question(run: Run) -> dict[str, Any]:
    """Return the part of a manifest that says what was asked, and of what."""
    return {
        "format": FORMAT,
        "line": run.line.name,
        "line_sha256": line_sha256(run.line),
        "settings": run.line._settings,
        "days": run.days,
        "warmup_days": run.warmup,
        "seed": run.seed,
        "cells": run.cells,
        "truth": run.truth,
        "engine": run.engine,
        "from_state": _origin(run),
        "lot_scale": run.lot_scale,
        "evaluate": run.evaluate,
        **_engine(run),
        "versions": versions(),
        "line_declared": run.line._raw,
    }


def _origin(run: Run) -> str | None:
    """Return the hash of the file with whose plant a run begins; None when it begins with an empty one."""
    return None if run.from_state is None else sha256(run.from_state.read_bytes()).hexdigest()


def _engine(run: Run) -> dict[str, Any]:
    """Return what executes a run, and why that is not machine code."""
    engine, reasons = engine_of(run)
    return {"executed_by": engine, "not_compiled": reasons}


def versions() -> dict[str, str]:
    """Return the versions of what decides the answer beside the question."""
    return {"python": sys.version.split()[0], **{name: _version(name) for name in PACKAGES}}


def _state(journal: Journal, began: float) -> dict[str, Any]:
    return {
        "complete": journal.complete,
        "wall_s": round(time.perf_counter() - began, 3),
        "warmup_s": journal.warmup,
        "end_s": journal.safe,
        "stations": list(journal.stations),
        "buffers": list(journal.buffers),
        "flaws": journal.flaws,
        "reasons": journal.reasons,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file as a whole or not at all."""
    draft = path.with_suffix(".tmp")
    try:
        draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of a run folder.

    Raises:
        InputError: it is not there or corrupt.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise _corrupt(path, error) from None
    if not isinstance(content, dict):
        raise _corrupt(path, "it holds no JSON object")
    return content


def _corrupt(path: Path, why: object) -> InputError:
    return InputError(f"{path} is corrupt: {why}; simulate again into another folder")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises:
        InputError: no run folder, one of another version, or a corrupt one.
    """
    file = folder / MANIFEST
    if not folder.is_dir():
        raise InputError(f"no run folder '{folder}'; give the folder that a run has written, such as runs/NAME")
    if not file.is_file():
        raise InputError(f"{folder} is no run folder: it has no {MANIFEST}")
    manifest = read_json(file)
    if not {"format", "line", "line_declared"} <= manifest.keys():
        raise InputError(f"{folder} is no run folder: its {MANIFEST} is not gigatwin's")
    if manifest["format"] != FORMAT:
        raise InputError(
            f"{folder} has format {manifest['format']}, this gigatwin reads format {FORMAT}; "
            "open it with the version that wrote it, or simulate again into another folder"
        )
    return manifest


RUN = ResultFiles(
    read_manifest,
    re.compile(
        rf"{MANIFEST}|{KPI}|report\.html|pictures|parts|(manifest|kpi)\.tmp|recall-.*\.csv|replication-\d+"
        rf"|({'|'.join(TABLES)})\.(parquet|tmp)"
    ),
    within="replication-*/",
)


def open_run(folder: Path) -> Journal:
    """Open a run folder; its tables are read when they are asked for.

    Raises:
        InputError: no run folder, one of several replications, or a corrupt one.
    """
    manifest = read_manifest(folder)
    if "replications" in manifest:
        raise InputError(f"{folder} holds {manifest['replications']} runs; open one, such as {folder}/replication-000")
    try:
        journal = _journal(manifest)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _corrupt(folder / MANIFEST, f"its plant is refused, {first['loc']}: {first['msg']}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _corrupt(folder / MANIFEST, f"{type(error).__name__} {error}") from None
    journal.folder = folder
    for name in TABLES:
        _check_table(folder, name)
        journal.tables[name] = _Stored(name, folder)
    return journal


def _journal(manifest: dict[str, Any]) -> Journal:
    line = Line.model_validate(manifest["line_declared"])
    line._raw.update(manifest["line_declared"])
    reasons = manifest["reasons"]
    journal = Journal(manifest["stations"], manifest["buffers"], reasons[: manifest["flaws"]], None)
    if set(journal.stations) != set(line.stations) or set(journal.buffers) != set(line.buffers):
        raise ValueError("stations and buffers are not those of its plant")
    journal.reasons = reasons
    journal.warmup, journal.end = float(manifest["warmup_s"]), float(manifest["end_s"])
    journal.safe = journal.end
    journal.complete = bool(manifest["complete"])
    journal.line = line
    return journal


class _Stored(Table):
    """A table of a run on disk, read when it is first asked for."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, TABLES[name])
        self._home = folder
        self._whole: Columns | None = None

    def columns(self) -> Columns:
        """Return the whole table."""
        if self._whole is None:
            try:
                self._whole = read_table(self._home, self.name)
            except (OSError, ValueError, NotImplementedError) as error:
                raise _corrupt(self._home / f"{self.name}.parquet", error) from None
        return self._whole


def _check_table(folder: Path, name: str) -> None:
    """Refuse a table that is missing, cannot be opened or has other columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    expected = {column: pa.from_numpy_dtype(kind) for column, kind in TABLES[name].items()}
    for file in table_files(folder, name):
        try:
            schema = pq.read_schema(file)
        except (OSError, ValueError) as error:
            raise _corrupt(file, error) from None
        if dict(zip(schema.names, schema.types, strict=True)) != expected:
            raise _corrupt(file, f"its columns are not those of the table '{name}'")


def table_files(folder: Path, name: str) -> Iterator[Path]:
    """Yield the files of a table: one of a finished run, parts of one that was killed."""
    whole, parts = folder / f"{name}.parquet", folder / "parts"
    if whole.exists():
        yield whole
    elif parts.is_dir():
        yield from sorted(parts.glob(f"{name}-*.parquet"))
    else:
        raise InputError(f"{folder} is corrupt: {name}.parquet is missing; simulate again into another folder")
