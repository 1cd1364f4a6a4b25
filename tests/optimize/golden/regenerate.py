"""Write the golden LP file anew, and read the difference before committing it.

python tests/optimize/golden/regenerate.py
"""

from __future__ import annotations

import runpy
from pathlib import Path

folder = Path(__file__).parent
plants = runpy.run_path(str(folder.parent / "conftest.py"))
model = runpy.run_path(str(folder.parent / "test_model.py"))

if __name__ == "__main__":
    (folder / "plan.lp").write_text(model["lp_text"](plants["two_coaters_one_stacker"]()), encoding="utf-8")
