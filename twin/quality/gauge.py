"""Gauges as declared: what each measures, how well, and what it does with what is out of its limits."""

from __future__ import annotations

from pydantic import Field, model_validator

from twin.declared import Declared
from twin.problems import did_you_mean
from twin.quality.chart import Chart
from twin.quality.properties import PROPERTIES
from twin.units import Amount, Fraction, Measure, Metres, Money, MoneyPerYear, Number, same_dimension

NOTHING = Amount(0.0, "")


class Gauge(Declared):
    """One gauge of a station.

    What it reports of a unit is ``true + bias + noise``; both are normal, the bias one number for each lot. A unit is
    rejected when that lies outside the limits, drawn in by the guard band of ``guard`` sd of the noise.

    Attributes:
        measures: the property, one of ``PROPERTIES``.
        method: what it is.
        noise: repeatability, sd of one reading [unit of the property].
        bias: reproducibility, sd of the lot's common error [unit of the property].
        low: least good value [unit of the property]; None for no limit.
        high: largest good value [unit of the property]; None for no limit.
        guard: guard band [sd of the noise].
        share: share of the cells of a lot, or of the batches or rolls, that it measures [-].
        every: web between two readings [m]; None reads each roll once.
        mode: defect mode that a value out of the limits means; None rejects nothing, the limits are a yardstick then.
        instead: whether it takes the place of the declared probabilities with which ``mode`` is seen here.
        chart: control chart over the means of lots.
        capital: of one gauge, installed [USD]; every server has one.
        upkeep: service, samples and hours of one gauge that measures everything [USD/s]; it goes with the share.
    """

    measures: str
    method: str = ""
    noise: Measure
    bias: Measure = NOTHING
    low: Measure | None = None
    high: Measure | None = None
    guard: Number = Field(default=0.0, ge=0)
    share: Fraction = 1.0
    every: Metres | None = None
    mode: str | None = None
    instead: bool = True
    chart: Chart | None = None
    capital: Money = 0.0
    upkeep: MoneyPerYear = 0.0

    @model_validator(mode="after")
    def _sound(self) -> Gauge:
        known = PROPERTIES.get(self.measures)
        if known is None:
            raise ValueError(f"no property '{self.measures}' can be measured{did_you_mean(self.measures, PROPERTIES)}")
        for name in ("noise", "bias", "low", "high"):
            amount = getattr(self, name)
            if amount is not None and amount != NOTHING and not same_dimension(amount.unit, known.si):
                kind = known.si or "a pure number or a percentage"
                raise ValueError(f"'{name}' of {self.measures}: expected {kind}, as in {known.shown or '0.95'}")
        if self.noise.value < 0 or self.bias.value < 0:
            raise ValueError("noise and bias are standard deviations, expected at least 0")
        if self.limits[0] > self.limits[1]:
            raise ValueError("the guard band leaves nothing between 'low' and 'high'; make it smaller")
        if self.mode is not None and self.low is None and self.high is None:
            raise ValueError("'mode' is the defect that a value out of the limits means; give 'low', 'high' or both")
        if self.every == 0 or self.share == 0:
            raise ValueError("'every' and 'share' are more than 0; leave the gauge out where it measures nothing")
        return self

    def at_work(self, looks_at: float) -> Gauge:
        """Return the gauge as it works at a station that looks at a share of its cells only."""
        return self if looks_at == 1 else self.model_copy(update={"share": self.share * looks_at})

    @property
    def limits(self) -> tuple[float, float]:
        """Limits of a reading, guard band taken off [SI]."""
        band = self.guard * self.noise.value
        low = -float("inf") if self.low is None else self.low.value + band
        high = float("inf") if self.high is None else self.high.value - band
        return low, high
