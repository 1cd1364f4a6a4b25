"""What a back-test may turn: the few parameters that are calibrated, their ranges, and how draws are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from twin import Document, Fraction, InputError, Positive, Priors, Provenance, lines_folder, read_declared, split

Floats = NDArray[np.float64]

ENGINEERS = "engineers per GWh a year"
_Paths = Annotated[tuple[str, ...], Field(min_length=1)]


class Calibration(BaseModel):
    """How a back-test calibrates.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        engineers_per_gwh: who look for causes, for each GWh a year that is installed; calibrated within its range.
        calibrate: by what people call it, the numbers in the priors that are drawn within their ranges, together.
        weights: what a squared error counts for, by the confidence of a report [-].
        accepted: share of the draws that is kept [-].
        days: measured time of the run from which a mature line is read [d].
        warmup: time before it [d].
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gigatwin: Literal[1]
    name: str
    title: str = ""
    engineers_per_gwh: Positive
    calibrate: dict[str, _Paths]
    weights: dict[Literal["read", "memory", "estimate"], Annotated[float, Field(gt=0)]]
    accepted: Fraction
    days: int = Field(ge=1)
    warmup: int = Field(ge=0)


@dataclass(frozen=True)
class Axis:
    """One declared number that is drawn.

    Attributes:
        path: in the priors; "" for the number of engineers.
        unit: as declared.
        low: of its range, in that unit.
        value: as declared.
        high: of its range.
    """

    path: str
    unit: str
    low: float
    value: float
    high: float

    def at(self, share: float) -> float:
        """Return the value at a share of its range, even in logarithms."""
        return float(self.low * (self.high / self.low) ** share)


@dataclass(frozen=True)
class Parameter:
    """What is calibrated: one number, or several that are moved together.

    Attributes:
        name: what people call it.
        axes: its numbers.
    """

    name: str
    axes: tuple[Axis, ...]


@dataclass(frozen=True)
class Setup:
    """A calibration with the priors that it turns.

    Attributes:
        calibration: as declared.
        parameters: what is drawn.
        priors: as a file has them, to be read again with other numbers in them.
    """

    calibration: Calibration
    parameters: tuple[Parameter, ...]
    priors: Mapping[str, Any]

    def draws(self, count: int, seed: int) -> Floats:
        """Return places in the ranges: points of a Sobol sequence, so that more of them go on from fewer.

        Shape (draws, parameters).
        """
        from scipy.stats import qmc

        sobol = qmc.Sobol(len(self.parameters), scramble=True, rng=np.random.default_rng(seed))
        # a whole power of two is what keeps the sequence balanced
        found: Floats = sobol.random_base2(max(0, (count - 1).bit_length()))[:count]
        return found

    def put(self, place: Sequence[float]) -> tuple[Priors, float]:
        """Return the priors at a place in the ranges, and the engineers for each GWh a year."""
        content, engineers = deepcopy(dict(self.priors)), self.calibration.engineers_per_gwh
        for parameter, share in zip(self.parameters, place, strict=True):
            for axis in parameter.axes:
                if not axis.path:
                    engineers = axis.at(share)
                    continue
                part, _, name = axis.path.partition(".")
                content[part][name] = f"{axis.at(share)!r} {axis.unit}".strip()
        return Priors.model_validate(content), engineers


def read_setup(calibration: Path | None = None, priors: Path | None = None) -> Setup:
    """Read how a back-test calibrates.

    Args:
        calibration: file; None for the one that comes with gigatwin.
        priors: file; None for those that come with gigatwin.

    Raises:
        InputError: with every problem found.
    """
    folder = lines_folder() / "ramps"
    read, document = read_declared(calibration or folder / "backtest.yaml", Calibration)
    _, of_priors = read_declared(priors or folder / "priors.yaml", Priors)
    own, records = document.records, of_priors.records
    by_path = {record.path: record for record in records}
    problems = []
    parameters = []
    for name, paths in read.calibrate.items():
        axes = []
        for place, path in enumerate(paths):
            axis = _axis(by_path.get(path), path)
            if axis is None:
                text = f"'{path}' is no number of {of_priors.file} with a range above nothing"
                problems.append(document.problem(("calibrate", name, place), text))
            else:
                axes.append(axis)
        parameters.append(Parameter(name, tuple(axes)))
    problems += [
        document.problem(("weights",), f"nothing is said of '{confidence}'; expected a weight of each confidence")
        for confidence in ("read", "memory", "estimate")
        if confidence not in read.weights
    ]
    if (engineers := _engineers(own)) is None:
        problems.append(_no_range(document))
    if problems or engineers is None:
        raise InputError(problems)
    return Setup(read, (*parameters, Parameter(ENGINEERS, (engineers,))), of_priors.content)


def _engineers(records: Sequence[Provenance]) -> Axis | None:
    found = {record.path: record for record in records}
    return _axis(found.get("engineers_per_gwh"), "")


def _axis(record: Provenance | None, path: str) -> Axis | None:
    """Return a number with its range, None when it has none in which logarithms could be drawn."""
    if record is None or record.low is None or record.high is None or record.low <= 0:
        return None
    value = split(record.value)
    return Axis(path, value[1], record.low, value[0], record.high) if value else None


def _no_range(document: Document) -> Any:
    text = "has no range above nothing; write it as {value, low, high, source, confidence}"
    return document.problem(("engineers_per_gwh",), text)
