"""Which sources a declared file may cite."""

from __future__ import annotations

from pathlib import Path

from twin.problems import InputError
from twin.read.document import Document, load
from twin.read.shipped import lines_folder


def known_sources(document: Document) -> set[str]:
    """Return the keys of the sources that a document may cite: those beside its files and those of gigatwin."""
    files = {Path(document.file), *(Path(file) for file, _ in document.origins.values())}
    folders = {folder for file in files for folder in list(file.resolve().parents)[:2]}
    keys: set[str] = set()
    for folder in {lines_folder().resolve(), *folders}:
        file = folder / "sources.yaml"
        if file.is_file():
            found = load(file)
            sources = found.content.get("sources", {})
            if not isinstance(sources, dict):
                raise InputError([found.problem(("sources",), "expected a mapping of keys to sources")])
            keys |= set(sources)
    return keys
