"""What holds for every test: none touches what the user keeps."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

_numbers = count()
# a shell that runs the tests in the background lets them, and all that they start, ignore Ctrl-C
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _cache_of_no_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let what is made for several tests keep the twin's answers in a folder of its own too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIGATWIN_CACHE", str(tmp_path_factory.getbasetemp() / "answers" / "shared"))
        yield


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let commands keep the twin's answers in a folder that no other test knows; it is made when it is used."""
    folder = tmp_path_factory.getbasetemp() / "answers" / str(next(_numbers))
    monkeypatch.setenv("GIGATWIN_CACHE", str(folder))
    return folder
