"""One heavy slurry batch, followed to the cells that it spoils, without and with a closed loop.

Run it to draw the pictures of ``twin/README.md`` anew; it prints the table that stands there.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from twin import Journal, Line, Run, read_line, simulate, turn
from twin.genealogy import Genealogy, code
from twin.journal import birthplace
from twin.report.style import BLUE, ORANGE, PALE, SKY, blank, draw, save

HERE = Path(__file__).parent
DAYS, SEED, LATEST = 40, 1, 8.0
DAY = 86400.0
CONTROLLERS = {"open": "without control", "pi": "PI controller"}
FATES = ("grade A", "grade B", "scrap")
METRE = 2
LOST = {
    "cathode web cut out, loading": "areal_loading_out_of_tolerance@cathode",
    "cathode web cut out, pressed wrongly": "(?:calender_thickness|electrode_corrugation).*@cathode",
    "web left over without a partner": "remnant",
}


class Followed(NamedTuple):
    """What became of one batch.

    Attributes:
        rolls: day and measured loading of every cathode roll [% of target], and whether it is the batch's.
        cells: capacity [Ah] and fate of each cell with some of it.
        metres: web lost with the batch where cells are stacked, by cause [m].
    """

    rolls: pd.DataFrame
    cells: pd.DataFrame
    metres: dict[str, float]


def plant(controller: str) -> Line:
    """Return the pilot line with one controller at both coaters."""
    return turn(read_line("pilot_line"), {f"{side}_coating.controller": controller for side in ("cathode", "anode")})


def run(controller: str) -> Journal:
    """Return the run of a plant from its first day, every cell kept."""
    return simulate(Run(plant(controller), days=DAYS, warmup=0, seed=SEED, cells="all"))


def rolls_of(journal: Journal) -> pd.DataFrame:
    """Return what the gauge behind the cathode coater reported, roll by roll, with the batch of each."""
    rows = journal.frame("measurements")
    number = [(station, name) for station, name, _ in journal.line.gauges].index(("cathode_coating", "loading"))
    rolls = rows[rows.gauge == number].assign(
        day=lambda table: table.time / DAY, loading=lambda table: 100 * table["mean"]
    )
    lots = journal.frame("lots").query("family == 'cathode_coating'")
    return rolls.merge(lots[["lot", "parent"]], on="lot")[["day", "lot", "loading", "parent"]]


def heaviest(journal: Journal) -> int:
    """Return the early batch whose rolls were measured heaviest; what comes late is not yet graded."""
    rolls = rolls_of(journal)
    means = rolls[rolls.day < LATEST].groupby("parent").loading.mean()
    return int(means.idxmax())


def follow(journal: Journal, batch: int) -> Followed:
    """Follow a batch of cathode slurry to every cell that holds some of it."""
    tree = Genealogy(journal)
    mixer, maker = (journal.stations.index(name) for name in ("cathode_mixing", "stacking"))
    lots = tree.descendants(int(code(mixer, batch)))
    cells = journal.frame("cells")
    started = np.array([code(maker, birthplace(cell)[1]) for cell in cells.cell])
    ours = cells[np.isin(started, lots)].drop_duplicates("cell", keep="last")
    rejects = journal.frame("rejects")
    lost = rejects[(rejects.station == "stacking") & (rejects.unit == METRE) & np.isin(code(maker, rejects.lot), lots)]
    metres = {cause: float(lost.quantity[lost.reason.str.match(pattern)].sum()) for cause, pattern in LOST.items()}
    fates = np.array(["scrap", "grade A", "grade B"])[ours.grade.to_numpy()]
    rolls = rolls_of(journal)
    return Followed(rolls.assign(ours=rolls.parent == batch), ours.assign(fate=fates), metres)


def draw_rolls(followed: dict[str, Followed]) -> object:
    """Draw the measured loading of each cathode roll, the batch's own marked."""
    figure, axis = blank(2.6)
    axis.axhspan(98.5, 101.5, color=PALE, lw=0, label="tolerance of a cell")
    for (name, title), colour in zip(CONTROLLERS.items(), (ORANGE, BLUE), strict=True):
        rolls = followed[name].rolls
        rolls = rolls[rolls.day < 2 * LATEST]
        ours = rolls[rolls.ours]
        axis.plot(rolls.day, rolls.loading, ".", color=colour, ms=4, label=title)
        axis.plot(ours.day, ours.loading, "o", color=colour, ms=8, mfc="none", mew=1.5)
    axis.set_xlabel("day; the heavy batch in rings")
    axis.set_ylabel("loading of a roll [% of target]")
    figure.legend(loc="outside upper center", ncols=3, columnspacing=1.0, handlelength=1.2)
    return figure


def draw_cells(followed: dict[str, Followed]) -> object:
    """Draw the measured capacity of the cells of the batch."""
    figure, axis = blank(2.6)
    known = [followed[name].cells.capacity_ah.dropna() for name in CONTROLLERS]
    edges = np.linspace(min(one.min() for one in known), max(one.max() for one in known), 45)
    for one, title, colour in zip(known, CONTROLLERS.values(), (ORANGE, SKY), strict=True):
        axis.hist(one, edges, color=colour, alpha=0.7, label=f"{title}: {len(one):,} cells")
    axis.set_xlabel("measured capacity of the cells of the batch [Ah]")
    axis.set_ylabel("cells")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def table(followed: dict[str, Followed]) -> list[str]:
    """Return the rows of the table in the page."""
    first, second = (followed[name] for name in CONTROLLERS)
    both = (first, second)
    rows = [("loading of its roll, measured", *(f"{one.rolls[one.rolls.ours].loading.mean():.2f} %" for one in both))]
    rows += [(cause, *(f"{one.metres[cause]:,.0f} m" for one in both)) for cause in LOST]
    rows.append(("cells that hold some of it", *(f"{len(one.cells):,}" for one in both)))
    for fate in FATES:
        rows.append((fate, *(f"{np.mean(one.cells.fate == fate):.1%}".replace("%", " %") for one in both)))
    return [f"| {' | '.join(row)} |" for row in rows]


def main() -> None:
    """Run both plants, draw the pictures and print the table."""
    journals = {name: run(name) for name in CONTROLLERS}
    batch = heaviest(journals["open"])
    followed = {name: follow(journal, batch) for name, journal in journals.items()}
    save(draw(draw_rolls, followed), HERE, "heavy_batch_rolls")
    save(draw(draw_cells, followed), HERE, "heavy_batch_cells")
    print(f"batch cathode_mixing-{batch}", *table(followed), sep="\n")


if __name__ == "__main__":
    main()
