"""What a run holds in memory is what is in the plant: cells that have left it are forgotten."""

import gc

from twin import Run, read_line, simulate
from twin.journal import UNITS
from twin.material import Cell
from twin.simulation import Progress


def _cells_held() -> int:
    # what other tests have left behind and nobody uses
    gc.collect()
    return sum(cell.size for cell in gc.get_objects() if type(cell) is Cell)


def test_racks_that_stand_empty_keep_no_cells_of_their_last_turn() -> None:
    before, held = _cells_held(), dict[int, int]()

    def look(progress: Progress) -> None:
        if progress.day == progress.days:
            held[progress.day] = _cells_held() - before

    # 14 racks of 14 days: by the 30th day ageing has handed over more cells than it holds
    journal = simulate(Run(read_line("pilot_line"), days=30, warmup=0, cells="none"), progress=look)
    stock = journal.frame("stock")
    there = stock[(stock.day == 29) & (stock.unit == UNITS.index("cell"))].units.sum()
    # arrays hold the few cells that were lost on the way as well
    assert there <= held[30] < 1.2 * there
