"""Run folders: a run on disk, complete or not, and how it is opened again."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from twin.journal import TABLES, Journal, read_table
from twin.line import Line
from twin.problems import InputError
from twin.run import Run
from twin.simulation import Progress, simulate

MANIFEST = "manifest.json"
PACKAGES = ("gigatwin", "simpy", "numpy", "pandas", "pyarrow")


def new_folder(folder: Path, overwrite: bool = False) -> Path:
    """Make an empty folder for a run.

    Raises:
        InputError: it holds something and ``overwrite`` is False, or something that is no run.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not overwrite:
            raise InputError(f"{folder} exists already; choose another --out, or say --overwrite")
        if not (folder / MANIFEST).is_file():
            raise InputError(f"{folder} is no run folder (it has no {MANIFEST}); it is not overwritten")
        _remove(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder)


def run_in_folder(run: Run, folder: Path, progress: Callable[[Progress], None] | None = None) -> Journal:
    """Simulate into a run folder; its manifest says at every moment what is there.

    Args:
        run: the question.
        folder: an empty folder.
        progress: called at the end of each simulated day.
    """
    began = time.perf_counter()
    manifest = _question(run)
    journal: list[Journal] = []

    def day_over(now: Progress) -> None:
        write_json(folder / MANIFEST, {**manifest, **_state(journal[0], began)})
        if progress is not None:
            progress(now)

    write_json(folder / MANIFEST, {**manifest, "complete": False})
    try:
        simulate(run, folder, day_over, journal.append)
    finally:
        if journal:
            write_json(folder / MANIFEST, {**manifest, **_state(journal[0], began)})
    return journal[0]


def _question(run: Run) -> dict[str, Any]:
    text = json.dumps(run.line._raw, sort_keys=True)
    return {
        "format": 1,
        "line": run.line.name,
        "line_sha256": sha256(text.encode()).hexdigest(),
        "days": run.days,
        "warmup_days": run.warmup,
        "seed": run.seed,
        "cells": run.cells,
        "versions": {"python": sys.version.split()[0], **{name: _version(name) for name in PACKAGES}},
        "line_declared": run.line._raw,
    }


def _state(journal: Journal, began: float) -> dict[str, Any]:
    return {
        "complete": journal.complete,
        "wall_s": round(time.perf_counter() - began, 3),
        "warmup_s": journal.warmup,
        "end_s": journal.end,
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
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    draft.replace(path)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises:
        InputError: no run folder, or a corrupt one.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise InputError(f"{folder} is no run folder: it has no {MANIFEST}")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(manifest, dict) or "line_declared" not in manifest:
            raise ValueError("no line in it")
    except (ValueError, OSError) as error:
        raise InputError(f"{file} is corrupt ({error}); simulate again with --overwrite") from None
    return manifest


def open_run(folder: Path) -> Journal:
    """Open a run folder.

    Raises:
        InputError: no run folder, or a corrupt one.
    """
    manifest = read_manifest(folder)
    try:
        line = Line.model_validate(manifest["line_declared"])
        line._raw.update(manifest["line_declared"])
        reasons = manifest["reasons"]
        journal = Journal(manifest["stations"], manifest["buffers"], reasons[: manifest["flaws"]], None)
        journal.reasons = reasons
        journal.warmup, journal.end = manifest["warmup_s"], manifest["end_s"]
        journal.complete = bool(manifest["complete"])
        journal.line, journal.folder = line, folder
        for name in TABLES:
            journal.tables[name].keep(read_table(folder, name))
    except KeyError as error:
        raise InputError(f"{folder} holds no finished day: its {MANIFEST} lacks {error}; simulate again") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} is corrupt: {error}; simulate again with --overwrite") from None
    return journal
