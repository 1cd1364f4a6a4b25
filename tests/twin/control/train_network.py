"""Trains the network of the loading loop and writes its weights; needs scikit-learn, which nothing else does.

    python tests/twin/control/train_network.py

Webs are drawn as they are declared, without control, and seen by the gauges of the loop. The network learns to tell
from what was off so far what is off at the die now.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from twin.control.disturbance import Values
from twin.control.equipment import Facts, Gauge
from twin.control.loop import Loop
from twin.control.network import Averages
from twin.randomness import stream
from twin.read import lines_folder
from twin.read.document import load
from twin.read.provenance import collapse

SEED, ROLLS, METRES, SPEED = 20, 300, 3000, 1.0
MEMORIES, SCALE, HIDDEN, DIGITS = (10.0, 30.0, 100.0, 300.0, 1000.0), 0.005, 8, 4
HEAD = """# What the network of the loading loop has learned; written by tests/twin/control/train_network.py.
stations:
  cathode_coating:
    step:
      loop:
        controllers:
          network: &network
            kind: network
            capital: {value: 0.1 MUSD, low: 0.05, high: 0.3, source: [est], confidence: estimate}
            upkeep: {value: 25000 USD/yr, low: 10000, high: 60000, source: [est], confidence: estimate}
"""
TAIL = "  anode_coating: {step: {loop: {controllers: {network: *network}}}}\n"


def declared_loop() -> Loop:
    """Return the loop as declared, without the network."""
    document = load(lines_folder() / "base" / "coating_loop.yaml")
    collapse(document, {"est"})
    content = document.content["stations"]["cathode_coating"]["step"]["loop"]
    content["controllers"].pop("network", None)
    return Loop.model_validate(content)


def lesson(loop: Loop, gauge: Gauge) -> tuple[Values, Values]:
    """Return inputs and what is to be told, both in units of the scale, of rolls seen by one gauge."""
    scan = round(gauge.traverse * SPEED)
    scans, delay = METRES // scan, round(gauge.distance)
    seconds = scan / SPEED
    web = loop.disturbance.web(lambda purpose: stream(SEED, "lesson", purpose), ROLLS, METRES).total
    errors = gauge.errors(lambda purpose: stream(SEED, "lesson", purpose), scans, ROLLS, seconds)
    facts = Facts(ROLLS, seconds, scan, delay / scan, 0.0, 0.0, loop.disturbance)
    averages, told, wanted = Averages(MEMORIES, facts), [], []
    for number in range(scans):
        here = number * scan
        seen = here - delay - scan
        if seen >= 0:
            told.append(averages.told(web[seen : seen + scan].mean(axis=0) + errors[number], SCALE))
            wanted.append(web[here : here + scan].mean(axis=0) / SCALE)
    return np.concatenate(told), np.concatenate(wanted)


def weights(loop: Loop) -> tuple[Any, Any]:
    """Return weights and biases of both layers."""
    from sklearn.neural_network import MLPRegressor

    told, wanted = zip(*(lesson(loop, gauge) for gauge in loop.gauges.values()), strict=True)
    network = MLPRegressor(hidden_layer_sizes=(HIDDEN,), activation="tanh", random_state=SEED, batch_size=1000)
    network.fit(np.concatenate(told), np.concatenate(wanted))
    return network.coefs_, network.intercepts_


def text_of(coefs: Any, intercepts: Any) -> str:
    """Return the file of the network."""
    memories = ", ".join(
        f"{{value: {memory:g} m, low: {memory / 2:g}, high: {memory * 2:g}, source: [est], confidence: estimate}}"
        for memory in MEMORIES
    )
    scale = f"{{value: {SCALE:g}, low: 0.002, high: 0.01, source: [est], confidence: estimate}}"
    rows = "".join(f"              - {_row(row)}\n" for row in coefs[0])
    lines = [
        f"            memories: [{memories}]\n            scale: {scale}\n            weights:\n",
        f"              hidden:\n{rows.replace('              -', '                -')}",
        f"              hidden_bias: {_row(intercepts[0])}\n",
        f"              out: {_row(coefs[1][:, 0])}\n",
        f"              out_bias: {round(float(intercepts[1][0]), DIGITS)}\n",
    ]
    return HEAD + "".join(lines) + TAIL


def _row(values: Any) -> str:
    return f"[{', '.join(str(round(float(value), DIGITS)) for value in values)}]"


def main() -> None:
    """Write the file."""
    file: Path = lines_folder() / "base" / "loading_network.yaml"
    file.write_text(text_of(*weights(declared_loop())), encoding="utf-8")


if __name__ == "__main__":
    main()
