"""What every page that people open has to be."""

from __future__ import annotations

import re
from pathlib import Path


def is_self_contained(page: Path) -> bool:
    """Return whether a page loads nothing from elsewhere and shows its pictures."""
    text = page.read_text(encoding="utf-8")
    loads = re.findall(r"""(?:src|href)\s*=\s*["'](?!#)[^"']+|@import|url\((?!#)""", text.replace("url(&#39;", "url("))
    return not [found for found in loads if "xlink" not in found] and "<svg" in text
