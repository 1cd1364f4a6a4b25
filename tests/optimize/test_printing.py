"""Pages are printed to PDF by a browser that is installed, and it is said what to do where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimize.__main__ import app
from optimize.pages.printing import find_browser, print_page
from twin import InputError


def test_a_page_becomes_a_pdf(tmp_path: Path) -> None:
    try:
        browser = find_browser()
    except InputError:
        pytest.skip("no browser is installed")
    page = tmp_path / "report.html"
    page.write_text("<p>one</p><p style='break-before: page'>two</p><svg width='9' height='9'></svg>", encoding="utf-8")
    pdf = print_page(page, browser).read_bytes()
    assert pdf.startswith(b"%PDF-") and pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 2


def test_without_a_browser_it_is_said_what_to_install_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = CliRunner().invoke(app, ["compare", "--pdf", "--out", str(tmp_path / "out")])
    text = found.output
    assert found.exit_code == 2 and not (tmp_path / "out").exists()
    assert "--pdf: no Chromium, Chrome or Edge is installed" in text and "apt-get install chromium" in text
    assert not (tmp_path / "out").exists()


def test_a_browser_that_prints_nothing_is_told(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("", encoding="utf-8")
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\necho no display >&2\n", encoding="utf-8")
    mute.chmod(0o755)
    with pytest.raises(InputError, match=r"made no PDF of .*report\.html and said: no display"):
        print_page(page, str(mute))
