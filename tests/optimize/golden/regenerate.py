"""Write the golden LP files anew, one for each family of constraints, and read the difference before committing it.

python tests/optimize/golden/regenerate.py
"""

from __future__ import annotations

import runpy
from pathlib import Path

folder = Path(__file__).parent
families = runpy.run_path(str(folder.parent / "test_families.py"))

if __name__ == "__main__":
    for old in folder.glob("*.lp"):
        old.unlink()
    for name in families["names"]():
        (folder / f"{name}.lp").write_text(families["lp_text"](name), encoding="utf-8")
