"""Knobs: what may be turned, in which unit and range, and that a turned line still holds together."""

from __future__ import annotations

import pytest
from generic_lines import always, read_text, timed

from twin import InputError, Line, turn

STATIONS = f"""
gigatwin: 1
name: knobs
cell:
  format: pouch
  chemistry: lfp
  capacity: 10 Ah
  voltage: 3.2 V
  cathode: {{area: 1 m^2, materials: {{lfp: 0.1 kg}}}}
  anode: {{area: 1 m^2, materials: {{graphite: 0.05 kg}}}}
stations:
  a: {timed(always(60))}
  b: {timed("{distribution: triangular, low: 1 min, mode: 2 min, high: 3 min}", more="batch: {lots: 4}")}
  c: {timed(always(60), more="consumes: {lfp: {yield: 0.9}}, crew: {few: 1.5}")}
buffers:
  ab: {{from: a, to: b, capacity: 6}}
  bc: {{from: b, to: c}}
crews: {{few: {{size: 2}}}}
knobs:
  shortest: {{path: stations.b.step.time.low, low: 1 s, high: 10 min}}
  longest: {{path: stations.b.step.time.high, low: 1 min, high: 1 h}}
  load: {{path: stations.b.batch.lots, low: 1, high: 50}}
  coating: {{path: cell.cathode.materials.lfp, low: 90 g, high: 0.12 kg}}
  kept: {{path: stations.c.consumes.lfp.yield, low: 80 %, high: 1}}
  people: {{path: stations.c.crew.few, low: 0.5, high: 2}}
"""


@pytest.fixture(scope="module")
def line() -> Line:
    return read_text(STATIONS)


def refusal(line: Line, **settings: object) -> str:
    with pytest.raises(InputError) as caught:
        turn(line, {name.replace("__", "."): value for name, value in settings.items()})
    return str(caught.value)


def test_knobs_are_turned_in_any_unit_and_the_line_as_declared_stays(line: Line) -> None:
    turned = turn(line, {"longest": "0.1 h", "coating": "110 g", "kept": 0.95, "people": "1", "a.servers": 3})
    assert turned.stations["b"].step.time.high == pytest.approx(360)
    assert turned.cell is not None and turned.cell.contents["lfp"].value == pytest.approx(0.11)
    assert turned.stations["c"].consumes["lfp"].good == 0.95
    assert turned.stations["c"].crew == {"few": 1.0}
    assert (turned.stations["a"].servers, line.stations["a"].servers) == (3, 1)
    assert turn(turned, {"a.servers": 2}).stations["b"].step.time.high == pytest.approx(360)
    assert turn(line, {}) is line


def test_an_unknown_knob_is_told_with_the_closest(line: Line) -> None:
    assert refusal(line, longst=1) == "no knob 'longst'; did you mean 'longest'?"
    # an endless buffer has no capacity to turn
    assert "no knob 'bc.capacity'" in refusal(line, bc__capacity=3)


def test_a_value_in_another_unit_is_refused(line: Line) -> None:
    assert refusal(line, longest="3 m") == "longest: '3 m' is a length, expected a time such as '2.5 h'"
    assert "3 has no unit" in refusal(line, longest=3)
    assert "'2.5' is not a whole number" in refusal(line, a__servers="2.5")
    assert "coating materials are masses" in refusal(line, coating="0.1 m^2")


@pytest.mark.parametrize("value", ["59 s", "61 min", "0.01 h"])
def test_a_value_out_of_the_knobs_range_is_refused(line: Line, value: str) -> None:
    assert refusal(line, longest=value) == f"longest: '{value}' is outside the knob's range, expected 1 min to 1 h"


def test_the_ends_of_the_range_may_be_chosen(line: Line) -> None:
    assert turn(line, {"longest": "60 min"}).stations["b"].step.time.high == 3600
    assert turn(line, {"coating": "0.09 kg"}).cell is not None
    assert "0 is too small, expected at least 1" in refusal(line, a__servers=0)
    assert "100001 is too large" in refusal(line, a__servers=100_001)
    assert "is outside the knob's range" in refusal(line, ab__capacity=1_000_001)


def test_a_knob_with_several_paths_turns_all_of_them_and_minds_the_range_at_each() -> None:
    text = (
        STATIONS
        + """  both: {path: [stations.b.step.time.mode, stations.b.step.time.high], low: 61 s, high: 1 h}
  share: {path: [stations.c.crew.few, stations.b.batch.lots], low: 1, high: 2}
"""
    )
    line = read_text(text)
    turned = turn(line, {"both": "2 min"})
    assert (turned.stations["b"].step.time.mode, turned.stations["b"].step.time.high) == (120, 120)
    assert turned._settings == {"both": "2 min"}
    assert "is not a whole number" in refusal(line, share=1.5)
    assert turn(line, {"share": 2}).stations["b"].batch.lots == 2  # type: ignore[union-attr]
    with pytest.raises(InputError) as caught:
        read_text(STATIONS + "  lost: {path: [stations.b.step.time.low, stations.x.servers], low: 1, high: 2}\n")
    said = str(caught.value)
    assert "nothing stands at 'stations.x.servers'" in said and "2.0 has no unit" in said
    with pytest.raises(InputError, match="is too short, expected at least 1"):
        read_text(STATIONS + "  none: {path: [], low: 1, high: 2}\n")


def test_everything_wrong_with_the_settings_is_told_at_once(line: Line) -> None:
    told = refusal(line, longst=1, longest="3 m", a__servers=0).splitlines()
    assert len(told) == 3


def test_values_that_contradict_each_other_are_refused(line: Line) -> None:
    assert "expected low <= mode <= high" in refusal(line, longest="90 s")
    assert turn(line, {"longest": "3 min", "shortest": "2 min"}).stations["b"].step.time.low == 120


def test_a_turned_line_must_still_hold_together(line: Line) -> None:
    said = refusal(line, load=9)
    assert said.startswith("load=9: stations.b.batch: waits for 9 lots, but its buffer 'ab' holds 6")
    assert "for ever" in refusal(line, ab__capacity=3)
    assert turn(line, {"load": 9, "ab.capacity": 9}).buffers["ab"].capacity == 9


def test_nothing_but_numbers_and_quantities_can_be_chosen(line: Line) -> None:
    assert "null is not a number or quantity" in refusal(line, ab__capacity=None)
    assert "is not a whole number" in refusal(line, ab__capacity="many")
