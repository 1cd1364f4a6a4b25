"""A page as PDF, printed by a browser that is installed: what it shows is what is printed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from twin import InputError

# all are Chromium, and take the same options
BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# far more than any page takes [s]
_LONGEST = 120


def find_browser() -> str:
    """Return the program of a browser that prints.

    Raises:
        InputError: there is none.
    """
    found = next((path for name in BROWSERS if (path := which(name))), None)
    if found is None:
        raise InputError(
            "--pdf: no Chromium, Chrome or Edge is installed to print with, expected one on the PATH; install it "
            "(on Debian and Ubuntu: apt-get install chromium), or print report.html from any other browser"
        )
    return found


def print_page(page: Path, browser: str) -> Path:
    """Print a page beside itself; return the path of the PDF.

    Raises:
        InputError: the browser has made none.
    """
    pdf = page.with_suffix(".pdf")
    pdf.unlink(missing_ok=True)
    with TemporaryDirectory() as profile:
        words = ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # as root, such as in a container, it does not start in its own sandbox
            words.append("--no-sandbox")
        command = [browser, *words, f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False).stderr
        except subprocess.TimeoutExpired:
            said = f"no answer in {_LONGEST} s"
    if not pdf.is_file():
        last = (said.strip().splitlines() or ["nothing"])[-1]
        raise InputError(f"--pdf: {browser} made no PDF of {page} and said: {last}; print the page from a browser")
    return pdf
