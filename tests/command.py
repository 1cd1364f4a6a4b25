"""The command line as a user meets it, for tests: what it prints, what it leaves on disk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from twin.__main__ import app


def gigatwin(*words: str) -> tuple[int, str]:
    """Return the exit code and all that was printed, without the frames and gaps of tables."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert "Traceback" not in result.output
    lines = result.output.replace("│", " ").strip().splitlines()
    return result.exit_code, "\n".join(" ".join(line.split()) for line in lines)


def leave_out_reports(patch: pytest.MonkeyPatch) -> None:
    """Leave out the report, which takes longer than the runs of tests."""
    patch.setattr("twin.report.write_report", lambda kpi, journal, folder, *more: folder / "report.html")


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def is_self_contained(page: Path) -> bool:
    """Return whether a page loads nothing from elsewhere and shows its pictures."""
    text = page.read_text(encoding="utf-8")
    loads = re.findall(r"""(?:src|href)\s*=\s*["'](?!#)[^"']+|@import|url\((?!#)""", text.replace("url(&#39;", "url("))
    return not [found for found in loads if "xlink" not in found] and "<svg" in text
