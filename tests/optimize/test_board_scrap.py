"""What the board is told of scrap: by where it is born, by what is wrong, by who finds it, and where that goes."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from board_lives import compared

from optimize.pages.board_plant import flow, scrap, scrap_by_mode, scrap_flows, scrap_in_all
from optimize.pages.pictures_of_scrap import flows_of


def test_scrap_of_all_stations_is_the_material_in_the_books() -> None:
    verdict = compared().verdict
    for name, lived in verdict.lived.items():
        own = [row for row in scrap(compared()) if row["strategy"] == name]
        price = verdict.site.costs.materials * verdict.scenarios.material_price
        gwh = (lived.books.scrapped / price).sum(axis=1).mean()
        for side in ("lost", "born"):
            assert sum(row[f"{side}_musd"] for row in own) == pytest.approx(lived.books.scrap.sum(axis=1).mean())
            assert sum(row[f"{side}_gwh"] for row in own) == pytest.approx(gwh)
        lost, born = (sum(row[f"{side}_tonnes"] for row in own) for side in ("lost", "born"))
        assert lost == pytest.approx(born) and lost > 0


def test_what_is_started_is_lost_or_good() -> None:
    """By hand: good cells and all that stations lost, web for one electrode of one arm as half."""
    found = compared()
    mature = found.verdict.site.ground.mature
    for lived in found.verdict.lived.values():
        stages = flow(found, lived)
        sources = (lived.stacked("scrap_by_source") * lived.ran[:, :, None]).sum(axis=1).mean(axis=0)
        lost = np.bincount([source.found for source in mature.sources], sources, len(mature.stations))
        first = stages[mature.stations[0]]["in"]
        halves = np.where(mature.cells, 1.0, 0.5)
        assert first == pytest.approx(lived.books.good.sum(axis=1).mean() + (lost * halves).sum())
        for one, two in pairwise(stages.values()):
            assert one["out"] == two["in"] and one["in"] == pytest.approx(one["out"] + one["lost"])


def test_the_sankey_of_scrap_closes_in_cells_tonnes_and_money() -> None:
    """What is born is found, and what is found is brought back or lost: together all that the books scrap."""
    verdict = compared().verdict
    names = verdict.site.ground.mature.stations
    for name, lived in verdict.lived.items():
        own = [row for row in scrap_flows(compared()) if row["strategy"] == name]
        links = flows_of(own, names)
        books = lived.books
        back = sum(size for (_, _, end), size in links.items() if end == "brought back")
        lost = sum(size for (_, _, end), size in links.items() if end == "lost")
        assert back == pytest.approx(books.recovery.sum(axis=1).mean()) and back > 0
        assert lost == pytest.approx(books.scrap.sum(axis=1).mean())
        assert back + lost == pytest.approx(books.scrapped.sum(axis=1).mean())
        # by hand: what each month makes and loses, at the mass of a cell where it is lost
        mature = verdict.site.ground.mature
        cells = (lived.stacked("scrap_by_source") * lived.ran[:, :, None]).sum(axis=1).mean(axis=0) / mature.energy
        tonnes = sum(
            count * mature.mass[source.found] / 1e3 for count, source in zip(cells, mature.sources, strict=True)
        )
        assert sum(row["tonnes"] for row in own) == pytest.approx(tonnes)
        assert all(names.index(row["found"]) >= names.index(row["born"]) for row in own)


def test_stations_with_little_scrap_share_a_ribbon_and_none_of_it_goes_missing() -> None:
    names = [f"s{number}" for number in range(12)]
    rows = [
        {"born": born, "found": found, "musd": 1.0 + place, "recovered_musd": 0.5}
        for place, (born, found) in enumerate(product(names, names[6:]))
    ]
    links = flows_of(rows, names)
    assert len({born for born, _, _ in links}) == 8 and len({found for _, found, _ in links}) == 6
    assert sum(links.values()) == pytest.approx(sum(row["musd"] + 0.5 for row in rows))


def test_scrap_of_all_defect_modes_born_at_a_station_is_what_is_born_there() -> None:
    by_station = {(row["strategy"], row["station"]): row for row in scrap(compared())}
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for row in scrap_by_mode(compared()):
        own = sums.setdefault((row["strategy"], row["born"]), {})
        for unit in ("gwh", "tonnes", "musd"):
            own[unit] = own.get(unit, 0.0) + row[unit]
    for place, row in by_station.items():
        for unit in ("gwh", "tonnes", "musd"):
            assert sums.get(place, {}).get(unit, 0.0) == pytest.approx(row[f"born_{unit}"])
    assert {row["mode"] for row in scrap_by_mode(compared())} == {"streak", "overhang", "leak", ""}


def test_scrap_beside_what_was_made_is_that_of_all_stations() -> None:
    for row in scrap_in_all(compared()):
        lived = compared().verdict.lived[row["strategy"]]
        assert row["lost_musd"] == pytest.approx(lived.books.scrap.sum(axis=1).mean())
        assert row["good_gwh"] == pytest.approx(lived.books.good.sum(axis=1).mean())
        assert row["usd_per_good_kwh"] * row["good_gwh"] == pytest.approx(row["lost_musd"])
        assert row["share_of_material"] == pytest.approx(row["lost_gwh"] / (row["lost_gwh"] + row["good_gwh"]))
