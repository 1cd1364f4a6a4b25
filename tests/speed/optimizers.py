"""Optimizers side by side: `python tests/speed/optimizers.py FOLDER [STUDY ...] [--simulations N] [--seeds N]`.

gigatwin's own loop, random search, simulated annealing and Optuna's TPE get the same plant, the same choices, the
declared plant to start from and the same number of twin simulations; what each holds to be best is then simulated
with fresh luck, and that value is what is drawn. FOLDER keeps what the twin has answered, so that a run
that was stopped goes on where it was, and a second command with another study adds its panel to the picture.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.util import find_spec
from itertools import groupby, islice, product
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from speed.contest import FRESH, OWN, Held, Job, profit_of, search, tried
from speed.rivals import METHODS

from optimize import read_study
from optimize.cache import Cache
from optimize.question import Question
from optimize.workers import ask_all

HERE = Path(__file__).parent
COLOURS = {OWN: "#0b6e4f", "random search": "#8a8a8a", "simulated annealing": "#c8553d", "Optuna TPE": "#3c6e9f"}
# simulations spent, and the profit with fresh luck of what was held to be best from then on [M USD/yr]
Curve = list[tuple[int, float]]


class Outcome(NamedTuple):
    """What one method reached at one plant.

    Attributes:
        title: of the study.
        method: name of it.
        simulations: twin runs that each search could spend.
        declared: profit of the declared plant [M USD/yr].
        curves: of its searches, one for each seed.
    """

    title: str
    method: str
    simulations: int
    declared: float
    curves: list[Curve]

    def after(self, spent: int) -> list[float]:
        """Return what each search held to be best after so many simulations; at first that is the declared plant."""
        return [next((value for by, value in reversed(curve) if by <= spent), self.declared) for curve in self.curves]


def main() -> None:
    """Search, simulate the best with fresh luck, print a table and draw."""
    asked = _asked()
    answers = asked.folder / "answers"
    for study, method in product(asked.studies, asked.methods):
        if not _there(method):
            continue
        jobs = [Job(str(study), method, seed, asked.simulations, str(answers)) for seed in range(1, asked.seeds + 1)]
        searched = ask_all(search, jobs, asked.workers, f"{study.stem}, {method}", _tell)
        question = read_study(study)
        declared, *curves = with_fresh_luck(question, searched, asked.fresh, asked.workers, Cache(answers))
        outcome = Outcome(question.study.title, method, asked.simulations, declared[0][1], curves)
        kept = asked.folder / f"{study.stem}, {method}.json"
        kept.write_text(json.dumps(outcome._asdict(), indent=1), encoding="utf-8")
    plants = outcomes(asked.folder)
    table = "\n\n".join(table_of(plant) for plant in plants)
    (asked.folder / "optimizers.md").write_text(table + "\n", encoding="utf-8")
    print(table)
    draw(plants, asked.folder / "optimizers.svg")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("studies", nargs="*", type=Path, default=[HERE / "grow_pilot_line.yaml"])
    parser.add_argument("--simulations", type=int, default=60, help="twin runs that each search may spend")
    parser.add_argument("--seeds", type=int, default=5, help="searches of each method")
    parser.add_argument("--fresh", type=int, default=4, help="runs with fresh luck of what a search held to be best")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--methods", nargs="+", choices=(OWN, *METHODS), default=[OWN, *METHODS])
    return parser.parse_args()


def _there(method: str) -> bool:
    if "Optuna" not in method or find_spec("optuna"):
        return True
    print("Optuna is not installed and left out; to compare with it: pip install 'gigatwin[peers]'", file=sys.stderr)
    return False


def _tell(what: str, over: int, total: int) -> None:
    print(f"{what}: {over} of {total}", file=sys.stderr)


def with_fresh_luck(
    question: Question, searched: list[list[Held]], runs: int, workers: int, cache: Cache
) -> list[Curve]:
    """Return the curves of the declared plant and of some searches, by runs with luck that no search has seen."""
    every = [[Held(0, {}, 0.0)], *searched]
    asked = [tried(question, held.settings, FRESH + seed) for found in every for held in found for seed in range(runs)]
    answers = iter(ask_all(profit_of, asked, workers, f"{question.study.name}, fresh luck", _tell, cache))
    return [[(held.simulations, sum(islice(answers, runs)) / runs) for held in found] for found in every]


def outcomes(folder: Path) -> list[list[Outcome]]:
    """Return all outcomes in a folder, plant by plant, smaller plants first and the best method first."""
    found = [Outcome(**json.loads(kept.read_text(encoding="utf-8"))) for kept in folder.glob("*.json")]
    found.sort(key=lambda outcome: (outcome.declared, outcome.title, -median(outcome.after(outcome.simulations))))
    return [list(plant) for _, plant in groupby(found, key=lambda outcome: outcome.title)]


def table_of(plant: list[Outcome]) -> str:
    """Return the values reached at a plant as a table in Markdown."""
    budget = max(outcome.simulations for outcome in plant)
    at = [spent for spent in (10, 20, 40, 60, 100, 200) if spent < budget] + [budget]
    rows = []
    for outcome in plant:
        cells = [f"{median(of):.2f} ({min(of):.2f} to {max(of):.2f})" for of in map(outcome.after, at)]
        rows.append(f"| {outcome.method} | {' | '.join(cells)} |")
    return "\n".join(
        [
            f"{plant[0].title}: profit in M USD a year of what was held to be best after so many simulations, by runs "
            f"with fresh luck; median (range) of {len(plant[0].curves)} seeds. The declared plant has "
            f"{plant[0].declared:.2f}.",
            "",
            f"| method | {' | '.join(f'{spent} simulations' for spent in at)} |",
            "|---" * (len(at) + 1) + "|",
            *rows,
        ]
    )


def draw(plants: list[list[Outcome]], path: Path) -> None:
    """Draw the value reached over the simulations spent, a panel for each plant: median and range of the seeds."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "gigatwin"
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(plants), figsize=(5.5 * len(plants), 4.2), squeeze=False)
    for panel, plant in zip(panels[0], plants, strict=True):
        for outcome in plant:
            spent = range(1, outcome.simulations + 1)
            low, middle, high = ([pick(outcome.after(by)) for by in spent] for pick in (min, median, max))
            colour = COLOURS[outcome.method]
            panel.fill_between(spent, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
            panel.step(spent, middle, where="post", color=colour, label=outcome.method)
        panel.axhline(plant[0].declared, color="black", linewidth=0.8, linestyle=":", label="declared plant")
        panel.set_title(plant[0].title, fontsize=10)
        panel.set_xlabel("twin simulations spent")
        panel.set_ylabel("profit of the best so far, fresh luck [M USD/yr]")
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].legend(fontsize=8, frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
