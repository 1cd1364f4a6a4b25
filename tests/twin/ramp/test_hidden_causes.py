"""Hidden causes of a young plant: how many there are, when they come, and where what they spoil is born and found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson
from young_lines import STEADY, programme, shipped_priors, small_line

from twin.ramp.births import hidden_causes
from twin.ramp.causes import NEVER
from twin.ramp.learning import ramp_up
from twin.ramp.mature import Sight, Source

LINE, PRIORS = small_line(), shipped_priors()


def test_the_number_of_causes_at_birth_is_poisson_with_the_declared_mean() -> None:
    """Over 300 seeds, a chi-square of five bins; the limit is passed by chance in 1 of 1,000 such tests."""
    priors = shipped_priors(causes=STEADY | {"per_station": 1.0})
    asked = programme(1, product=0.0, equipment=0.0, people=0.0)
    counts = [len(hidden_causes(asked, LINE, priors, seed).key) for seed in range(300)]
    mean = float(len(LINE.stations))
    edges = [4, 5, 6, 7]
    below = poisson.cdf(edges, mean)
    chances = np.diff(np.concatenate([[0.0], below, [1.0]]))
    seen = np.histogram(counts, [-1, *(edge + 0.5 for edge in edges), 1000])[0]
    assert ((seen - 300 * chances) ** 2 / (300 * chances)).sum() < 18.5


def test_less_that_is_new_leaves_some_of_the_same_causes() -> None:
    new, known = (hidden_causes(programme(1, product=p, equipment=p, people=p), LINE, PRIORS, 7) for p in (1.0, 0.0))
    of_new = set(zip(new.station.tolist(), new.size.tolist(), strict=True))
    of_known = set(zip(known.station.tolist(), known.size.tolist(), strict=True))
    assert of_known < of_new


@pytest.mark.parametrize("inline", [False, True])
def test_what_a_station_scraps_is_what_all_sources_lose_there(inline: bool) -> None:
    found = ramp_up(programme(1, lines=2, gap=90, inline=inline), LINE, PRIORS, 10)
    at = np.array([[source.found == station for station in range(len(LINE.stations))] for source in LINE.sources])
    assert found.scrap_by_source @ at == pytest.approx(found.scrap, rel=1e-9)
    # ageing finds much and has no flaw of its own: what is its own is the usual alone
    assert LINE.sources[-1] == ("", 5, 5)
    usual = LINE.scrap_by_source[-1] * found.started.sum()
    assert found.scrap_by_source[:, -1].sum() == pytest.approx(usual, rel=1e-9)


def test_nothing_is_found_before_it_is_born_and_where_it_is_born_only_with_a_gauge_there() -> None:
    """Leaks of welding are seen at ageing; where they are born there is a gauge only if it is asked for."""
    assert all(LINE.lag[found] >= LINE.lag[station] for _, station, found in LINE.sources)
    at_birth = LINE.sources.index(Source("leak", 3, 3))
    without, with_it = (
        ramp_up(programme(1, inline=inline), LINE, PRIORS, 10).scrap_by_source[:, at_birth].sum()
        for inline in (False, True)
    )
    assert without == 0 < with_it


def test_usual_scrap_of_a_flaw_is_that_of_its_mode_and_station() -> None:
    """By hand: of 0.02 that ageing loses, 0.002 are overhangs of stacking, 0.003 leaks of welding and as many of
    formation."""
    lost = dict(zip(LINE.sources, LINE.scrap_by_source.tolist(), strict=True))
    assert {(one.mode, one.station): pytest.approx(lost[one]) for one in lost if one.found == 5 and lost[one] > 0} == {
        ("overhang", 2): 0.002,
        ("leak", 3): 0.003,
        ("leak", 4): 0.003,
        ("", 5): 0.02 - 0.008,
    }


def test_where_only_streaks_can_be_born_all_that_hidden_causes_scrap_are_streaks() -> None:
    line = replace(LINE, flaws=LINE.flaws[:1])
    found = ramp_up(programme(1), line, PRIORS, 12)
    usual = line.scrap_by_source * found.started.sum()
    lost = found.scrap_by_source.sum(axis=0)
    count = sum(source.mode == "streak" for source in line.sources)
    assert lost[count:] == pytest.approx(usual[count:], rel=1e-9)
    assert lost[:count].sum() > 1.2 * usual[:count].sum()


def test_what_slowed_a_machine_down_hid_something_else() -> None:
    priors = shipped_priors(causes=STEADY | {"faster": 1.0, "slow": 0.4})
    found = ramp_up(programme(3, engineers=20, lines=2), LINE, priors, 1)
    causes = found.causes
    behind = np.flatnonzero(causes.after >= 0)
    woken = causes.born[behind] < NEVER
    assert woken.any()
    assert np.array_equal(causes.born[behind][woken], causes.gone[causes.after[behind]][woken])
    assert (causes.gone[causes.after[behind]][~woken] == NEVER).all()


def test_causes_that_come_in_a_burst_come_on_the_same_days_everywhere() -> None:
    """A supplier's lot reaches all lines of a design, the change of a crew one line."""
    causes = STEADY | {"per_station": 3.0, "lot": 0.9, "wave": 0.0}
    lots = hidden_causes(programme(4, lines=2), LINE, shipped_priors(causes=causes), 1)
    late = lots.born > 0
    days = [set(lots.born[late & (lots.module == line)].tolist()) for line in (0, 1)]
    assert days[0] == days[1]
    assert 1 <= len(days[0]) <= 12
    assert len(set(lots.station[late].tolist())) == len(LINE.stations)
    waves = hidden_causes(programme(4, lines=2), LINE, shipped_priors(causes=causes | {"lot": 0.0, "wave": 0.9}), 1)
    late = waves.born > 0
    assert not set(waves.born[late & (waves.module == 0)].tolist()) & set(
        waves.born[late & (waves.module == 1)].tolist()
    )


def test_a_wider_scatter_adds_what_the_normal_tail_adds() -> None:
    """1 % beyond a limit is 2.326 sigma; half as much again of scatter leaves 1.551 of them, and 6.05 % beyond it."""
    causes = STEADY | {"scattering": 1.0, "scatter": 1.5, "spread": 1.0 + 1e-12, "failures": 0.0, "slow": 0.0}
    flaws = tuple(replace(flaw, sights=(Sight(5, 0.9, 0.01),)) for flaw in LINE.flaws)
    asked = programme(1)
    found = hidden_causes(asked, replace(LINE, flaws=flaws, servers=np.ones(6)), shipped_priors(causes=causes), 1)
    made_flaws = found.flaw >= 0
    assert made_flaws.any()
    assert found.size[made_flaws] == pytest.approx(0.0605 - 0.01, abs=1e-4)
