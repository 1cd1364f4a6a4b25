"""What is wrong in a line file is told with file, line, value, expectation and cure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twin import InputError, Problem, read_line

GOOD = """\
gigatwin: 1
name: small_plant
nameplate: 0.1 GWh/yr
cell:
  format: prismatic
  chemistry: lfp
  capacity: 280 Ah
  voltage: 3.2 V
  cathode: {area: 5 m^2, materials: {lfp: 1.9 kg}}
  anode: {area: 5.2 m^2, materials: {graphite: 1.0 kg}}
  parts: {separator: 11 m^2}
crews:
  fitters: {size: 2}
calendars:
  day_shift: {shifts: [{start: 6 h, hours: 8 h}]}
stations:
  mixing_c:
    servers: 1
    calendar: day_shift
    step: &mixing
      {kind: mixing, electrode: cathode, vessel: 600 L, fill: 0.8, density: 2 kg/L, solids: 0.5, time: 1 h,
       residue: 0.01, offset_sd: 0.01}
  coating_c:
    servers: 2
    failures: {mtbf: 24 h, mttr: 1 h, crew: fitters}
    step: &coating
      kind: coating
      electrode: cathode
      speed: {value: 40 m/min, low: 20, high: 60, source: [est], confidence: estimate}
      width: 0.6 m
      lanes: 2
      slurry_loss: 0.01
      splice: 4 m
      start_stop: 5 m
      roll_change: 5 min
      roll_sd: 0.01
      lane_sd: 0.01
      web_sd: 0.01
  mixing_a: {servers: 1, step: {<<: *mixing, electrode: anode}}
  coating_a: {servers: 1, step: {<<: *coating, electrode: anode}}
  separator: {servers: 1, step: {kind: receiving, area: 1400 m^2, time: 5 min}}
  winding: {servers: 1, step: {kind: winding, rate: 4 cell/min, pitch: 0.2 m}}
  charging:
    servers: 2
    batch: {lots: 4}
    step: {kind: formation, c_rate: 0.1 1/h}
buffers:
  slurry_c: {from: mixing_c, to: coating_c, capacity: 2}
  rolls_c: {from: coating_c, to: winding, capacity: 4}
  slurry_a: {from: mixing_a, to: coating_a, capacity: 2}
  rolls_a: {from: coating_a, to: winding, capacity: 4}
  kits: {from: separator, to: winding, capacity: 4}
  stacks: {from: winding, to: charging, capacity: 8}
defects:
  streak: {born: [coating], per_area: 0.001 1/m^2, seen: [{at: coating, pod: 0.9}]}
knobs:
  pace: {path: stations.coating_c.step.speed, low: 20 m/min, high: 60 m/min}
"""
SPEED = "speed: {value: 40 m/min, low: 20, high: 60, source: [est], confidence: estimate}"

# what stands in the file, what stands there instead, and what must be said of its line
FAULTS: dict[str, tuple[str, str, list[str]]] = {
    "an unknown key": ("      width: 0.6 m", "      widht: 0.6 m", ["unknown key 'widht'", "did you mean 'width'"]),
    "a key that belongs elsewhere": (
        "    batch: {lots: 4}",
        "    batch: {lots: 4, calendar: x}",
        ["'calendar'", "expected one of lots, patience, units"],
    ),
    "a missing key": (
        "    step: {kind: formation, c_rate: 0.1 1/h}",
        "    step: {kind: formation}",
        ["'c_rate' is missing here, expected a C-rate, which is one over hours, such as 0.1 1/h"],
    ),
    "a missing unit": ("      splice: 4 m", "      splice: 4", ["4 has no unit", "a length such as '20 m'"]),
    "another dimension": (SPEED, "speed: 30 min", ["'30 min' is a time", "a speed such as '70 m/min'"]),
    "a unit nobody knows": (SPEED, "speed: 30 mpm", ["'30 mpm' is a unit gigatwin does not know", "a speed"]),
    "a decimal comma": ("      width: 0.6 m", "      width: '0,6 m'", ["'0,6 m' is written with a decimal comma"]),
    "a value out of its range": (
        "      slurry_loss: 0.01",
        "      slurry_loss: 1.5",
        ["1.5 is outside its physical range", "between 0 and 1"],
    ),
    "a speed of nothing": (SPEED, "speed: 0 m/min", ["'0 m/min' is outside its physical range"]),
    "no hours between failures": (
        "{mtbf: 24 h,",
        "{mtbf: 0 h,",
        ["'0 h' is outside its physical range", "a time longer than nothing"],
    ),
    "an electrode of no area": ("cathode: {area: 5 m^2,", "cathode: {area: 0 m^2,", ["an electrode needs some area"]),
    "an unknown kind of step": (
        "kind: formation",
        "kind: formatoin",
        ["no kind 'formatoin'", "did you mean 'formation'"],
    ),
    "a step of no kind": ("{kind: formation, c_rate: 0.1 1/h}", "{c_rate: 0.1 1/h}", ["needs 'kind'"]),
    "a dangling route": ("to: charging,", "to: chargign,", ["no station 'chargign'", "did you mean 'charging'"]),
    "a buffer that ends nowhere": (
        "kits: {from: separator, to: winding,",
        "kits: {from: separator,",
        ["'to' is missing"],
    ),
    "zero servers": (
        "  coating_c:\n    servers: 2",
        "  coating_c:\n    servers: 0",
        ["0 is too small, expected at least 1"],
    ),
    "half a server": ("  coating_c:\n    servers: 2", "  coating_c:\n    servers: 2.5", ["2.5 is not a whole number"]),
    "a truth for a number": ("      lanes: 2", "      lanes: true", ["true or false is not a number"]),
    "an unknown format": ("format: prismatic", "format: prismatik", ["'prismatik' is not known", "'prismatic'"]),
    "a text for a mapping": ("    batch: {lots: 4}", "    batch: four", ["'four' is not a mapping"]),
    "two capacities of a batch": ("batch: {lots: 4}", "batch: {lots: 4, units: 9}", ["either 'lots' or 'units'"]),
    "a batch that can never fill": (
        "batch: {lots: 4}",
        "batch: {lots: 9}",
        ["waits for 9 lots", "holds 8", "for ever", "patience"],
    ),
    "an unknown crew": ("crew: fitters}", "crew: fiters}", ["no crew 'fiters'", "did you mean 'fitters'"]),
    "an unknown calendar": (
        "calendar: day_shift",
        "calendar: day_shfit",
        ["no calendar 'day_shfit'", "did you mean 'day_shift'"],
    ),
    "an unknown place of birth": (
        "born: [coating]",
        "born: [coatng]",
        ["no kind or station 'coatng'", "did you mean 'coating'"],
    ),
    "an unknown place of a gauge": ("{at: coating,", "{at: coatng,", ["no kind or station 'coatng'"]),
    "a missing source": (", source: [est]", "", ["a number needs a source", "source: est"]),
    "an unknown source": ("source: [est]", "source: [esst]", ["no source 'esst' in sources.yaml"]),
    "a missing confidence": (", confidence: estimate", "", ["null is not one of read, memory, estimate"]),
    "a missing low end": ("low: 20, high: 60, s", "high: 60, s", ["a sourced number needs 'low'"]),
    "a low above its value": (
        "low: 20, high: 60, s",
        "low: 50, high: 60, s",
        ["50 is on the wrong side of the value 40"],
    ),
    "a high below its value": (
        "low: 20, high: 60, s",
        "low: 20, high: 30, s",
        ["30 is on the wrong side of the value 40"],
    ),
    "a low in another unit": (
        "low: 20, high: 60, s",
        "low: 1 m/s, high: 60, s",
        ["'1 m/s' is not a number in the unit of the value"],
    ),
    "a value alone in braces": (SPEED, "speed: {value: 40 m/min}", ["a number needs a source"]),
    "a knob that leads nowhere": (
        "coating_c.step.speed,",
        "coating_c.step.sped,",
        ["nothing stands at", "did you mean 'speed'"],
    ),
    "a knob of no quantity": ("coating_c.step.speed,", "coating_c.step,", ["is no number or quantity"]),
    "a knob in another unit": (
        "low: 20 m/min, high: 60 m/min",
        "low: 20 min, high: 60 m/min",
        ["'20 min' is a time", "expected a speed"],
    ),
    "a knob from high to low": (
        "low: 20 m/min, high: 60 m/min",
        "low: 2 m/s, high: 60 m/min",
        ["expected low <= high; swap them"],
    ),
}


def problems(folder: Path, text: str | bytes, name: str = "plant.yaml") -> list[Problem]:
    """Return what is told of a file."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        read_line(path)
    assert all(problem.line > 0 for problem in caught.value.problems), str(caught.value)
    return list(caught.value.problems)


def line_of(text: str, words: str) -> int:
    """Return the number of the last line in which some words begin, counting from 1."""
    assert words in text
    last = words.rstrip("\n").count("\n")
    return text.count("\n", 0, text.index(words)) + 1 + last


def test_the_plant_of_these_tests_is_fine(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(GOOD)
    assert list(read_line(tmp_path / "plant.yaml").stations)[-1] == "charging"


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_with_file_line_value_and_cure(tmp_path: Path, case: str) -> None:
    old, new, said = FAULTS[case]
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    told = [p for p in problems(tmp_path, text) if p.line == line_of(GOOD, old)]
    assert any(all(words in str(problem) for words in said) for problem in told), problems(tmp_path, text)
    assert str(told[0]).startswith(f"{tmp_path / 'plant.yaml'}:{told[0].line}: ")


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text, lines = GOOD, set()
    # these change different places, and none of them takes away what another stands on
    alone = ("a step of no kind", "a text for a mapping", "a buffer that ends nowhere", "a missing key")
    for case, (old, new, _) in FAULTS.items():
        if case not in alone and text.count(old) and "\n" not in old:
            text = text.replace(old, new, 1)
            lines.add(line_of(GOOD, old))
    assert len(lines) >= 12
    assert lines <= {problem.line for problem in problems(tmp_path, text)}


def test_a_merge_needs_an_inbox_for_each_part(tmp_path: Path) -> None:
    text = re.sub(r"  (rolls_a|kits): .*\n", "", GOOD)
    told = [str(problem) for problem in problems(tmp_path, text)]
    assert any("stations.winding: winding merges, but has 1 inbox; give it one for each part" in one for one in told)
    assert any("stations.separator: stands in no route" in one for one in told)


def test_a_step_that_works_on_lots_needs_an_inbox(tmp_path: Path) -> None:
    text = re.sub(r"  (slurry_a): .*\n", "", GOOD)
    assert any("coating has no inbox; add a buffer" in str(problem) for problem in problems(tmp_path, text))


def test_a_stack_needs_both_electrodes(tmp_path: Path) -> None:
    text = re.sub(r"  rolls_c: .*\n", "", GOOD)
    told = [str(problem) for problem in problems(tmp_path, text)]
    assert any("stations.winding: gets no cathode; add a buffer that brings it" in one for one in told)
    assert any("stations.coating_c: coating gives m, which leads nowhere; add a buffer from it" in one for one in told)
    twice = GOOD.replace(
        "mixing_a: {servers: 1, step: {<<: *mixing, electrode: anode}}", "mixing_a: {servers: 1, step: *mixing}"
    )
    told = [str(problem) for problem in problems(tmp_path, twice)]
    assert any("buffers.slurry_a: brings cathode to 'coating_a', which works on the anode" in one for one in told)


@pytest.mark.parametrize("part", ["buffers", "stations"])
def test_where_a_whole_part_cannot_be_read_nothing_else_is_blamed_for_it(tmp_path: Path, part: str) -> None:
    text = GOOD[: GOOD.index(f"{part}:")] + f"{part}: 3\n"
    if part == "stations":
        text += GOOD[GOOD.index("buffers:") : GOOD.index("knobs:")]
    (problem,) = problems(tmp_path, text)
    assert str(problem).endswith(f"{part}: 3 is not a mapping, expected 'key: value' pairs")


def test_a_station_that_cannot_be_read_is_still_known_by_name(tmp_path: Path) -> None:
    text = re.sub(r"  separator: .*\n", "  separator: receiving\n", GOOD)
    (problem,) = problems(tmp_path, text)
    assert "'receiving' is not a mapping" in problem.text


def test_a_wrong_item_does_not_make_a_list_too_short(tmp_path: Path) -> None:
    text = GOOD.replace("start: 6 h, hours: 8 h", "start: 6 h, hours: 30 h")
    (problem,) = problems(tmp_path, text)
    assert problem.text == "a shift starts within the day and lasts at most 24 h"


def test_a_way_back_must_be_marked_as_rework(tmp_path: Path) -> None:
    back = "  again: {from: charging, to: winding, capacity: 2}\n"
    text = GOOD.replace("buffers:\n", "buffers:\n" + back)
    told = [problem for problem in problems(tmp_path, text) if "runs in a circle" in problem.text]
    assert [problem.line for problem in told] == [line_of(text, back)]
    assert "winding -> charging -> winding" in told[0].text or "charging -> winding -> charging" in told[0].text
    assert "mark the way back 'rework: true'" in told[0].text
    marked = text.replace("to: winding, capacity: 2}", "to: charging, capacity: 2, rework: true}")
    told = problems(tmp_path, marked)
    assert ["'charging' takes several lots at once" in problem.text for problem in told] == [True]
    (tmp_path / "marked.yaml").write_text(marked.replace("    batch: {lots: 4}\n", ""))
    assert read_line(tmp_path / "marked.yaml").buffers["again"].rework


def test_material_and_step_must_suit_each_other(tmp_path: Path) -> None:
    text = GOOD.replace("{from: mixing_a, to: coating_a,", "{from: mixing_a, to: winding,")
    assert any("mixing gives kg, but winding takes m or m**2" in str(problem) for problem in problems(tmp_path, text))


def test_steps_of_cells_need_a_product(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("cell:")] + GOOD[GOOD.index("crews:") :]
    assert any("needs the product; declare 'cell:'" in str(problem) for problem in problems(tmp_path, text))
    text = GOOD.replace("parts: {separator: 11 m^2}", "parts: {}")
    assert any("declare how much one cell holds" in str(problem) for problem in problems(tmp_path, text))
