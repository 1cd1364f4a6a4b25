"""gigatwin's decisions: a study in, compared plans out.

The public names are imported when they are first used, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimize.comparison import Comparison as Comparison
    from optimize.comparison import compare as compare
    from optimize.front import pareto as pareto
    from optimize.question import Question as Question
    from optimize.question import read_study as read_study
    from optimize.refine import Plan as Plan
    from optimize.refine import optimize as optimize
    from optimize.report import save_comparison as save_comparison
    from optimize.report import save_plan as save_plan
    from optimize.solve import Solver as Solver
    from optimize.study import Study as Study

_HOME = {
    "Comparison": "comparison",
    "Plan": "refine",
    "Question": "question",
    "Solver": "solve",
    "Study": "study",
    "compare": "comparison",
    "optimize": "refine",
    "pareto": "front",
    "read_study": "question",
    "save_comparison": "report",
    "save_plan": "report",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'optimize' has no attribute '{name}'")
    return getattr(import_module(f"optimize.{_HOME[name]}"), name)
