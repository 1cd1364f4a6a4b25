"""Records the surface of the declared fuzzy rules as simpful works it out; needs simpful, which nothing else does.

python tests/twin/control/record_fuzzy_surface.py
"""

from __future__ import annotations

import csv
from pathlib import Path

from loading_loops import declared
from simpful import FuzzySystem, LinguisticVariable, TriangleFuzzySet

from twin.control.fuzzy import WORDS, FuzzyPI

RECORD = Path(__file__).with_name("fuzzy_surface.csv")
GRID = [round(-1.25 + 0.125 * place, 3) for place in range(21)]


def variable() -> LinguisticVariable:
    """Return five words that lie evenly from -1 to 1, the outer ones reaching as far as the grid."""
    peaks = [-1.0, -0.5, 0.0, 0.5, 1.0]
    sets = []
    for word, peak in zip(WORDS, peaks, strict=True):
        sets.append(TriangleFuzzySet(peak - 0.5, peak, peak + 0.5, term=word))
    return LinguisticVariable(sets, universe_of_discourse=[-1.0, 1.0])


def main() -> None:
    """Write the record."""
    rules = declared().controllers["fuzzy_pi"]
    assert isinstance(rules, FuzzyPI)
    system = FuzzySystem(show_banner=False)
    system.add_linguistic_variable("error", variable())
    system.add_linguistic_variable("change", variable())
    for place, word in enumerate(WORDS):
        system.set_crisp_output_value(word, -1.0 + place / 2)
    for error, row in zip(WORDS, rules.rules, strict=True):
        for change, step in zip(WORDS, row, strict=True):
            system.add_rules([f"IF (error IS {error}) AND (change IS {change}) THEN (step IS {step})"])
    with RECORD.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["error", "change", "step"])
        for error in GRID:
            for change in GRID:
                # beyond its scales a word holds altogether
                system.set_variable("error", max(-1.0, min(1.0, error)))
                system.set_variable("change", max(-1.0, min(1.0, change)))
                writer.writerow([error, change, round(float(system.inference()["step"]), 6)])


if __name__ == "__main__":
    main()
