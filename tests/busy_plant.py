"""A small plant of cells in which whatever may befall a machine befalls one every few hours."""

from __future__ import annotations

from cell_lines import COATING, MIXING, TESTING, WEB, cell_line
from traced_plant import DEFECTS, GRADING

from twin import Line

_CHART = "chart: {kind: shewhart, limit: 0.8, learn: 5, action: %s, takes: 25 min}"
_GAUGE = f"gauges: {{head: {{measures: loading, noise: 0.005, {_CHART}}}}}"
_MORE = """
calendars:
  days: {shifts: [{start: 6 h, hours: 8 h}, {start: 14.5 h, hours: 7 h}]}
  breaks: {shifts: [{start: 0 h, hours: 5 h}, {start: 5.5 h, hours: 18 h}]}
crews: {fitters: {size: 1}, people: {size: 2.5}}
"""


def busy_plant(filling: str = "8 cell/min", leak: str = "leak", gauge: str = "") -> Line:
    """Return the plant: shifts, few people, failures, set-ups, planned work, alarms, rework, full buffers.

    Args:
        filling: rate of the filling machine.
        leak: name of a defect that is born there.
        gauge: more gauges, of the coater of the cathode.
    """
    mixing = f"{{kind: mixing, electrode: cathode, vessel: 600 L, {MIXING}}}"
    coating = f"{{kind: coating, electrode: cathode, speed: 40 m/min, {COATING}}}"
    slitting = f"{{kind: slitting, speed: 60 m/min, edge_trim: 0.01, {WEB}}}"
    pressing = f"{{kind: calendering, speed: 60 m/min, thickness_sd: 0.01, {WEB}}}"
    failing = "failures: {mtbf: 1 h, mttr: 30 min, shape: 1.5, crew: fitters}"
    return cell_line(
        {
            "cathode_mixing": f"{{servers: 2, step: {mixing}, crew: {{people: 1}}}}",
            "cathode_coating": f"{{servers: 1, step: {coating}, calendar: breaks, {failing}, gauges: {{{gauge}}}}}",
            "cathode_calendering": f"{{servers: 1, step: {pressing}, {_GAUGE % 'call'}, {failing}}}",
            "cathode_slitting": f"{{servers: 1, step: {slitting}, {_GAUGE % 'stop'}, "
            "setups: {knives: {every_metres: 900 m, takes: 20 min}}}",
            "anode_slitting": f"{{servers: 1, step: {slitting}, calendar: days, {_GAUGE % 'stop'}, "
            "failures: {mtbf: 20 min, mttr: 3 min}}",
            "separator": "{servers: 1, step: {kind: receiving, area: 1400 m^2, kits: 3, time: 5 min}}",
            "stacking": "{servers: 3, step: {kind: stacking, rate: 2 cell/min, pitch: 0.2 m}, crew: {people: 1}, "
            "maintenance: {clean: {every: 4 h, takes: 30 min}, "
            "trial: {every: 9 h, takes: 40 min, state: engineering}}}",
            "testing": TESTING,
            "filling": f"{{servers: 1, step: {{kind: filling, rate: {filling}}}, "
            "setups: {calibration: {every_lots: 4, takes: 15 min}}}",
            "formation": "{servers: 2, step: {kind: formation, c_rate: 0.5 1/h}, batch: {lots: 3, patience: 2 h}}",
            "ageing": "{servers: 4, step: {kind: ageing, time: 3 h}, combine: 2}",
            "grading": GRADING.replace("{servers: 2", "{servers: 1, calendar: days"),
        },
        [
            "stacking > testing: 1",
            "testing > filling: 3",
            "filling > formation: 3",
            "formation > filling: 20, rework: true",
            "formation > ageing: 2",
            "ageing > grading: 1",
        ],
        DEFECTS.replace("leak", leak) + _MORE,
    )
