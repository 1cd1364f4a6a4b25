"""Where the plants are that come with gigatwin."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from twin.problems import InputError, did_you_mean


def lines_folder() -> Path:
    """Return the folder of the plants that come with gigatwin."""
    found = find_spec("lines")
    # a folder of data has no __init__.py: it is a namespace package with one place
    places = list(found.submodule_search_locations or ()) if found else []
    return next((Path(place) for place in places if (Path(place) / "sources.yaml").is_file()), Path("lines"))


def known_lines() -> list[Path]:
    """Return the files of the plants that come with gigatwin, by name."""
    return sorted(path for path in lines_folder().glob("*.yaml") if path.stem not in ("sources", "defects"))


def find_declared(folder: str, name: str | Path) -> Path:
    """Return a declared file that is no plant, given by path or by the name of one that comes with gigatwin.

    Args:
        folder: that it comes in, such as "futures".
        name: path, or name in that folder.

    Raises:
        InputError: there is neither such a file nor such a name.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = {file.stem: file for file in sorted((lines_folder() / folder).glob("*.yaml"))}
    if path.stem in known and (path.parent == Path() or path.parent.name == folder):
        return known[path.stem]
    raise InputError(f"no file '{name}' in {folder}{did_you_mean(path.stem, known)}")
