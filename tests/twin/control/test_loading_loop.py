"""The loading loop: what disturbs a web against closed forms, and controllers against what none can be better than."""

from __future__ import annotations

import numpy as np
import pytest
from generic_lines import interval
from loading_loops import declared, disturbed, loop_of, rolls_of, spread, streams

from twin import InputError
from twin.control.bank import Bank, build_bank, marks_out_of_tolerance
from twin.control.disturbance import least_variance, normal_quantiles, variance_of_mean, wandering
from twin.control.loop import Tolerance

CONTROLLERS = tuple(declared().controllers)


# what disturbs a web


@pytest.mark.parametrize(("length", "over"), [(200.0, 50), (200.0, 500), (40.0, 6), (40.0, 100), (20.0, 60)])
def test_means_of_a_wandering_web_vary_as_the_formula_says(length: float, over: int) -> None:
    draws = streams()("means").standard_normal((3000, 400))
    web = wandering(draws, 0.01, length)
    means = web[: 3000 // over * over].reshape(-1, over, 400).mean(axis=1)
    # the squares of one roll hang together, those of two do not
    squares = (means**2).mean(axis=0)
    low, high = interval(squares.tolist(), 0.999)
    assert low < variance_of_mean(0.01, length, over) < high


def test_the_formula_has_the_values_that_were_worked_out_elsewhere() -> None:
    for length, over, share in ((8.0, 6.0, 0.791), (8.0, 24.0, 0.456), (200.0, 6.0, 0.990)):
        assert variance_of_mean(1.0, length, over) == pytest.approx(share, abs=0.0005)


def test_parts_of_the_disturbance_add_up_in_squares() -> None:
    loop = declared()
    parts = loop.disturbance
    web = parts.web(streams(), 400, 1000).total
    place = np.arange(0.5, 1000)
    wanted = parts.batch**2 + parts.slow**2 + parts.fast**2 + parts.white**2
    wanted += (parts.ramp * place) ** 2 + parts.steps * place * parts.step**2
    wanted += (parts.start * np.exp(-place / parts.start_length)) ** 2
    # the mean of a sine over a metre has sinc(1/length) of its amplitude, and half of its square as variance
    wanted += (parts.pulsation * np.sinc(1 / parts.pulsation_length)) ** 2 / 2
    squares = ((web**2 - wanted[:, None]).mean(axis=0)).tolist()
    low, high = interval(squares, 0.999)
    assert low < 0 < high


def test_levels_scale_every_error() -> None:
    rough, calm = (rolls_of(loop_of("open", level=level), rolls=40) for level in ("rough", "calm"))
    levels = declared().levels
    assert rough.along == pytest.approx(calm.along * levels["rough"] / levels["calm"])
    assert rough.across == pytest.approx(calm.across * levels["rough"] / levels["calm"])


# what no controller can do


@pytest.mark.parametrize("sensor", ["none", "density"])
@pytest.mark.parametrize("gauge", ["dry", "wet"])
@pytest.mark.parametrize("controller", CONTROLLERS)
def test_no_feedback_is_better_than_the_dead_time_allows(controller: str, gauge: str, sensor: str) -> None:
    loop = loop_of(controller, gauge=gauge, sensor=sensor)
    parts = loop.disturbed
    if sensor != "none":
        # what comes with the slurry may be known before the die
        parts = parts.model_copy(update={"slow": 0.0})
    least = np.sqrt(least_variance(parts, loop.gauges[gauge].distance))
    assert spread(rolls_of(loop), after=500) > least


def test_control_helps_and_the_order_is_that_of_what_is_known() -> None:
    found = {name: spread(rolls_of(loop_of(name, gauge="dry"))) for name in CONTROLLERS}
    assert found["open"] > found["operator"] > found["run_to_run"] > found["pi"] > found["mpc"]
    assert spread(rolls_of(loop_of("pi", gauge="dry", sensor="density"))) < found["pi"]


def test_pi_without_gain_is_open_loop() -> None:
    still, free = rolls_of(loop_of("pi", gain=0.0)), rolls_of(loop_of("open"))
    assert np.array_equal(still.along, free.along)


def test_a_perfect_gauge_at_the_die_leaves_only_what_is_new_at_each_metre() -> None:
    white = 0.002
    rolls = rolls_of(loop_of("mpc", disturbed(batch=0.01, white=white), ideal=True, move_weight=0.0), rolls=400)
    # after n readings the offset is known to white / sqrt(n)
    late = rolls.along[1000:]
    assert late.std() == pytest.approx(white, rel=0.01)
    assert np.abs(late.mean(axis=0)).max() < 5 * white * np.sqrt(1 / 1000 + 1 / 2000)
    neighbours = (late[1:] * late[:-1]).mean() / late.var()
    assert abs(neighbours) < 0.01


@pytest.mark.parametrize("controller", ["smith", "pi", "fuzzy_pi", "network", "mpc", "ewma_spc", "run_to_run"])
def test_a_constant_offset_is_taken_out(controller: str) -> None:
    rolls = rolls_of(loop_of(controller, disturbed(batch=0.012)), rolls=50)
    gauge = declared().gauges["wet"]
    # what is left is the gauge's own bias, and what its noise makes a controller do
    left = rolls.along[-1500:].mean(axis=0)
    assert np.abs(rolls.offsets).max() > 0.02
    assert np.sqrt((left**2).mean()) < {"ewma_spc": 0.005}.get(controller, 2 * gauge.bias)


def test_controllers_meet_the_same_luck_and_other_seeds_another() -> None:
    free = rolls_of(loop_of("open"))
    assert np.array_equal(free.open, rolls_of(loop_of("mpc", sensor="density")).open)
    assert not np.array_equal(free.open, rolls_of(loop_of("open"), seed=2).open)
    assert np.array_equal(rolls_of(loop_of("mpc")).along, rolls_of(loop_of("mpc")).along)


def test_a_chart_with_a_stop_rule_stops_a_coater_that_is_far_off_and_no_other() -> None:
    rolls = rolls_of(loop_of("shewhart", disturbed(batch=0.05), ideal=True, stop=0.02))
    assert np.array_equal(rolls.stops, np.abs(rolls.offsets) > 0.02)
    assert rolls_of(loop_of("pi", disturbed(batch=0.05))).stops.sum() == 0


def test_die_bolts_take_out_most_of_the_profile_across() -> None:
    across = {name: rolls_of(loop_of("pi", cross_web=name), lanes=4).across for name in ("none", "die_bolts")}
    lanes = declared().disturbance.lanes
    assert across["none"].std() == pytest.approx(lanes, rel=0.1)
    assert across["none"].mean(axis=2) == pytest.approx(np.zeros(across["none"].shape[:2]), abs=1e-12)
    assert across["die_bolts"].std() < lanes / 2
    assert rolls_of(loop_of("pi"), lanes=1).across.max() == 0


# what is out of tolerance

TOLERANCE = Tolerance.model_validate({"mean": "1.5 %", "over": "6 m", "peak": "2.5 %"})


def test_web_is_out_of_tolerance_by_its_mean_or_by_one_heavy_metre() -> None:
    web = np.zeros((60, 4))
    web[10:16, 0] = 0.016  # six metres too heavy on average
    web[20, 1] = 0.026  # one metre too heavy
    web[20, 2] = -0.026  # too light: only a mean counts
    web[30:36, 3] = -0.0149
    found = marks_out_of_tolerance(web, np.zeros((2, 4, 1)), TOLERANCE)
    assert found == [[(10.0, 6.0, 0)], [(20.0, 1.0, 0)], [], []]


def test_pieces_that_are_near_are_lost_together_and_lanes_by_themselves() -> None:
    along, across = np.zeros((200, 1)), np.zeros((4, 1, 2))
    along[[20, 24, 60], 0] = 0.024
    across[:, :, 1] = 0.002
    # the second lane is heavier, so only there the metres are too heavy
    assert marks_out_of_tolerance(along, across, TOLERANCE) == [[(20.0, 5.0, 1), (60.0, 1.0, 1)]]


def test_a_share_of_normal_web_is_out_of_tolerance_as_the_normal_law_says() -> None:
    # rolls that are off as a whole: P(|z| > 1.5 %) of an offset of 1 %
    along = np.broadcast_to(0.01 * normal_quantiles(2000), (50, 2000))
    found = marks_out_of_tolerance(along, np.zeros((1, 2000, 1)), TOLERANCE)
    share = sum(size for marks in found for _, size, _ in marks) / along.size
    assert share == pytest.approx(2 * 0.0668, abs=0.001)


# the bank


@pytest.fixture(scope="module")
def bank() -> Bank:
    return build_bank(loop_of("pi"), streams(), 1.0, 3000, 4)


def test_rolls_of_the_bank_have_the_mean_of_their_web(bank: Bank) -> None:
    fine, coarse = bank.loading(7, 100.0, 2400.0, 2400), bank.loading(7, 100.0, 2400.0, 24)
    assert fine.shape == (2400, 4) and coarse.dtype == np.float32
    assert coarse == pytest.approx(fine.reshape(24, 100, 4).mean(axis=1), abs=2e-4)


def test_marks_follow_the_web_when_its_beginning_is_cut(bank: Bank) -> None:
    for roll in range(50):
        whole, cut = bank.marks(roll, 0.0, 3000.0), bank.marks(roll, 500.0, 1000.0)
        inside = [(start, size) for start, size, _ in whole if start >= 500 and start + size <= 1500]
        assert {(start - 500, size) for start, size in inside} <= {(start, size) for start, size, _ in cut}
        assert all(start >= 0 and start + size <= 1000 for start, size, _ in cut)


def test_a_slurry_that_is_off_gives_rolls_that_began_so() -> None:
    bank = build_bank(loop_of("open", disturbed(batch=0.01)), streams(), 1.0, 1000, 1)
    for offset in (-0.012, 0.0, 0.009):
        loadings = [bank.loading(bank.pick(offset, drawn), 0.0, 1000.0, 1)[0, 0] for drawn in np.linspace(0, 0.99, 20)]
        assert np.mean(loadings) == pytest.approx(offset, abs=0.001)
        assert len(set(loadings)) > 5, "lots of one offset are still different rolls"


def test_a_wrong_choice_is_told_with_the_closest() -> None:
    with pytest.raises(InputError, match="no controller 'fuzy_pi'; did you mean 'fuzzy_pi'"):
        declared().chosen(controller="fuzy_pi")
    with pytest.raises(InputError, match="no gauge 'wed'; did you mean 'wet'"):
        declared().chosen(gauge="wed")
