"""Where the plants are that come with gigatwin."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def lines_folder() -> Path:
    """Return the folder of the plants that come with gigatwin."""
    found = find_spec("lines")
    # a folder of data has no __init__.py: it is a namespace package with one place
    places = list(found.submodule_search_locations or ()) if found else []
    return next((Path(place) for place in places if (Path(place) / "sources.yaml").is_file()), Path("lines"))


def known_lines() -> list[Path]:
    """Return the files of the plants that come with gigatwin, by name."""
    return sorted(path for path in lines_folder().glob("*.yaml") if path.stem not in ("sources", "defects"))
