"""gigatwin's decisions: a study in, compared plans out.

The public names are imported when they are first used, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimize.books import Books as Books
    from optimize.capital import Investment as Investment
    from optimize.comparison import Comparison as Comparison
    from optimize.comparison import compare as compare
    from optimize.finance import keep_books as keep_books
    from optimize.front import pareto as pareto
    from optimize.funding import Funding as Funding
    from optimize.funding import read_funding as read_funding
    from optimize.question import Question as Question
    from optimize.question import read_study as read_study
    from optimize.refine import Plan as Plan
    from optimize.refine import optimize as optimize
    from optimize.report import save_comparison as save_comparison
    from optimize.report import save_plan as save_plan
    from optimize.solve import Solver as Solver
    from optimize.study import Study as Study
    from optimize.trading import Operations as Operations
    from optimize.trading import Rates as Rates
    from optimize.worth import insolvency_probability as insolvency_probability

_HOME = {
    "Books": "books",
    "Comparison": "comparison",
    "Funding": "funding",
    "Investment": "capital",
    "Operations": "trading",
    "Plan": "refine",
    "Question": "question",
    "Rates": "trading",
    "Solver": "solve",
    "Study": "study",
    "compare": "comparison",
    "insolvency_probability": "worth",
    "keep_books": "finance",
    "optimize": "refine",
    "pareto": "front",
    "read_funding": "funding",
    "read_study": "question",
    "save_comparison": "report",
    "save_plan": "report",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'optimize' has no attribute '{name}'")
    return getattr(import_module(f"optimize.{_HOME[name]}"), name)
