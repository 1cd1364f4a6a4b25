"""A small plant of cells as text, with invented numbers, for tests that need electrodes, cells and flaws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generic_lines import line_of

from twin import Line

CELL = """
cell:
  format: prismatic
  chemistry: lfp
  capacity: 280 Ah
  voltage: 3.2 V
  cathode: {area: 5.0 m^2, materials: {lfp: 1.9 kg, binder: 0.1 kg}}
  anode: {area: 5.2 m^2, materials: {graphite: 1.0 kg}}
  parts: {separator: 11 m^2}
  welds: 2
  tray: 24
"""

MIXING = "fill: 0.8, density: 2 kg/L, solids: 0.5, time: 1 h, residue: 0.01, offset_sd: 0.004"
COATING = (
    "width: 0.6 m, lanes: 2, slurry_loss: 0.01, splice: 4 m, start_stop: 5 m, roll_change: 5 min, "
    "roll_sd: 0.004, lane_sd: 0.003, web_sd: 0.005"
)
WEB = "roll_change: 5 min, threading: 3 m, start_stop: 4 m"

STATIONS = {
    "cathode_mixing": f"{{servers: 1, step: {{kind: mixing, electrode: cathode, vessel: 600 L, {MIXING}}}}}",
    "cathode_coating": f"{{servers: 1, step: {{kind: coating, electrode: cathode, speed: 40 m/min, {COATING}}}}}",
    "cathode_calendering": f"{{servers: 1, step: {{kind: calendering, speed: 60 m/min, thickness_sd: 0.01, {WEB}}}}}",
    "cathode_slitting": f"{{servers: 1, step: {{kind: slitting, speed: 60 m/min, edge_trim: 0.01, {WEB}}}}}",
    "anode_mixing": f"{{servers: 1, step: {{kind: mixing, electrode: anode, vessel: 300 L, {MIXING}}}}}",
    "anode_coating": f"{{servers: 1, step: {{kind: coating, electrode: anode, speed: 40 m/min, {COATING}}}}}",
    "anode_slitting": f"{{servers: 1, step: {{kind: slitting, speed: 60 m/min, edge_trim: 0.01, {WEB}}}}}",
    "separator": "{servers: 1, step: {kind: receiving, area: 1400 m^2, time: 5 min}}",
    "stacking": "{servers: 1, step: {kind: stacking, rate: 4 cell/min, pitch: 0.2 m}}",
}
BUFFERS = (
    "cathode_mixing > cathode_coating: 2",
    "cathode_coating > cathode_calendering: 4",
    "cathode_calendering > cathode_slitting: 4",
    "cathode_slitting > stacking: 8",
    "anode_mixing > anode_coating: 2",
    "anode_coating > anode_slitting: 4",
    "anode_slitting > stacking: 8",
    "separator > stacking: 4",
)
FILLING = "{servers: 1, step: {kind: filling, rate: 6 cell/min}}"
TESTING = "{servers: 1, step: {kind: testing, rate: 6 cell/min}}"


def cell_line(stations: Mapping[str, str], buffers: Sequence[str], more: str = "") -> Line:
    """Return a plant that makes stacks of about 115 cells and then does what is given.

    Args:
        stations: stations after stacking, or others in place of those of this file.
        buffers: buffers after stacking.
        more: defects, crews and whatever else.
    """
    return line_of({**STATIONS, **stations}, [*BUFFERS, *buffers], CELL + more)
