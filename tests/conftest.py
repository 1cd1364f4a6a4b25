"""What holds for every test: none touches what the user keeps."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let commands keep the twin's answers in a folder that no other test knows."""
    # made when it is first used
    folder = tmp_path_factory.getbasetemp() / "answers" / str(next(_numbers))
    monkeypatch.setenv("GIGATWIN_CACHE", str(folder))
    return folder


_numbers = iter(range(10**9))
