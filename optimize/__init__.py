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
    from optimize.money.books import Books as Books
    from optimize.money.capital import Investment as Investment
    from optimize.money.finance import keep_books as keep_books
    from optimize.money.funding import Funding as Funding
    from optimize.money.funding import read_funding as read_funding
    from optimize.money.trading import Operations as Operations
    from optimize.money.trading import Rates as Rates
    from optimize.money.worth import insolvency_probability as insolvency_probability
    from optimize.pages.report import save_comparison as save_comparison
    from optimize.pages.report import save_plan as save_plan
    from optimize.question import Question as Question
    from optimize.question import read_study as read_study
    from optimize.refine import Plan as Plan
    from optimize.refine import optimize as optimize
    from optimize.solve import Solver as Solver
    from optimize.study import Study as Study

_HOME = {
    "Books": "money.books",
    "Comparison": "comparison",
    "Funding": "money.funding",
    "Investment": "money.capital",
    "Operations": "money.trading",
    "Plan": "refine",
    "Question": "question",
    "Rates": "money.trading",
    "Solver": "solve",
    "Study": "study",
    "compare": "comparison",
    "insolvency_probability": "money.worth",
    "keep_books": "money.finance",
    "optimize": "refine",
    "pareto": "front",
    "read_funding": "money.funding",
    "read_study": "question",
    "save_comparison": "pages.report",
    "save_plan": "pages.report",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'optimize' has no attribute '{name}'")
    return getattr(import_module(f"optimize.{_HOME[name]}"), name)
