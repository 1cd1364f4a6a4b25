"""The border between "30 m/min" and SI: unit types for declared quantities.

Inside the twin every number is a plain float in SI units (seconds, metres, kilograms, joules,
US dollars). Only this file knows that people write ``70 m/min`` or ``2.5 h``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, PlainValidator
from pydantic_core import PydanticCustomError, core_schema

from twin.problems import shown

_NUMBER = re.compile(r"^\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")
# a unit is multiplied out by Python: powers of powers, or of a hundred, would take for ever
_LONGEST_UNIT = 60
_ODD_POWER = re.compile(r"(?:\^|\*\*)(?!\s*[+-]?\s*\d(?!\s*(?:[\d.eE_^]|\*\*)))|\)\s*(?:\^|\*\*)")


def split(quantity: object) -> tuple[float, str] | None:
    """Return number and unit of "70 m/min"; None when it starts with no number."""
    match = None if isinstance(quantity, bool) else _NUMBER.match(str(quantity))
    return (float(match.group(1).replace("_", "")), match.group(2)) if match else None


@lru_cache(maxsize=1)
def _registry() -> Any:
    """Return the pint registry, made on first use because importing pint costs 0.4 s."""
    import pint

    registry: Any = pint.UnitRegistry(on_redefinition="ignore")
    for name in ("cell", "lot", "batch", "roll", "sheet", "stack", "weld", "tray", "person", "stop", "event"):
        registry.define(f"{name} = 1 count")
    registry.define("USD = [currency]")
    # a plant's year has 365 days, not astronomy's 365.25
    registry.define("year = 365 * day = a = yr = julian_year")
    return registry


@lru_cache(maxsize=1024)
def _factor(unit: str, si: str) -> float | None:
    """Return how many ``si`` one ``unit`` is; None when their dimensions differ or ``unit`` is unknown."""
    quantity = _quantity(unit)
    try:
        # the product fails for units with a zero of their own, such as degC, which no factor turns into SI
        return float((1 * quantity).to(si or "dimensionless").magnitude) if quantity is not None else None
    except Exception:
        return None


@lru_cache(maxsize=1024)
def _quantity(unit: str) -> Any:
    """Return one of a unit as people write it; None when nobody knows it."""
    if len(unit) > _LONGEST_UNIT or _ODD_POWER.search(unit):
        return None
    # the field writes these; pint reads another thing in them, or nothing
    spelled = re.sub(r"\bM\$|\bMUSD\b", "1e6 USD", unit).replace("$", "USD").replace("%", "percent")
    try:
        registry = _registry()
        return registry.Quantity(1.0, spelled) if not spelled[:1].isdigit() else registry.Quantity(spelled)
    except Exception:
        return None


def dimension_name(unit: str) -> str:
    """Name what a unit measures ("time", "speed"), for error messages."""
    names = {"s": "a time", "m": "a length", "m/s": "a speed", "kg": "a mass", "m**2": "an area", "m**3": "a volume"}
    for si, name in names.items():
        if _factor(unit, si) is not None:
            return name
    if unit.startswith(","):
        return "written with a decimal comma"
    return "a unit gigatwin does not know" if _quantity(unit) is None else "another dimension"


@dataclass(frozen=True)
class Unit:
    """What a declared quantity is measured in, as an annotation: ``Annotated[float, Unit("m/s", ...)]``.

    Attributes:
        si: unit the value has inside the twin, in pint's spelling; "" for a pure number.
        example: how a person writes it, shown in errors.
        name: what it is ("a speed"), shown in errors.
        low: smallest physical value [si], inclusive.
        high: largest physical value [si], inclusive.
    """

    si: str
    example: str
    name: str
    low: float = 0.0
    high: float = float("inf")

    def read(self, raw: object) -> float:
        """Turn what the file says into a float in SI.

        Raises:
            PydanticCustomError: not a quantity, no unit, wrong dimension or outside the physical range.
        """
        value, factor, unit = self._convert(raw)
        if not self.low <= value <= self.high:
            # in the unit that the writer thinks in
            low, high = f"{self.low / factor:.4g}", f"{self.high / factor:.4g}"
            raise PydanticCustomError(
                "range",
                "{raw} is outside its physical range, expected {name} between {low} and {high}{unit}",
                {"raw": shown(raw), "name": self.name, "low": low, "high": high, "unit": f" {unit}" if unit else ""},
            )
        return value

    def _convert(self, raw: object) -> tuple[float, float, str]:
        """Return a value in SI, how many SI one of its unit is, and the unit."""
        if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
            raise self._error(raw, "is not a quantity")
        parts = split(raw)
        if parts is None:
            raise self._error(raw, "is not a number with a unit")
        number, unit = parts
        if not unit:
            if self.si:
                raise self._error(raw, "has no unit")
            return number, 1.0, ""
        factor = _factor(unit, self.si)
        if factor is None:
            raise self._error(raw, f"is {dimension_name(unit)}")
        return number * factor, factor, unit

    def _error(self, raw: object, what: str) -> PydanticCustomError:
        context = {"raw": shown(raw), "what": what, "name": self.name, "example": repr(self.example)}
        return PydanticCustomError("unit", "{raw} {what}, expected {name} such as {example}", context)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(float)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        kind = {"type": "string"} if self.si else {"anyOf": [{"type": "number"}, {"type": "string"}]}
        sourced = {"type": "object", "required": ["value"]}
        return {
            "description": f"{self.name}, such as {self.example}",
            "anyOf": [kind, sourced],
            "examples": [self.example],
        }


@dataclass(frozen=True)
class Celsius(Unit):
    """A temperature: people write it in degrees Celsius, which have a zero of their own and so no factor to SI."""

    def _convert(self, raw: object) -> tuple[float, float, str]:
        number, unit = split(raw) or (0.0, "")
        if unit in ("degC", "°C"):
            return number + 273.15, 1.0, "K"
        return super()._convert(raw)


_TEN_YEARS = 10 * 365 * 86400.0

Seconds = Annotated[float, Unit("s", "2.5 h", "a time", 0.0, _TEN_YEARS)]
Interval = Annotated[float, Unit("s", "7 day", "a time longer than nothing", 1e-3, _TEN_YEARS)]
Lifetime = Annotated[float, Unit("s", "10 yr", "a lifetime", 86400.0, 10 * _TEN_YEARS)]
Metres = Annotated[float, Unit("m", "20 m", "a length", 0.0, 1e6)]
Speed = Annotated[float, Unit("m/s", "70 m/min", "a speed", 1e-6, 20.0)]
Area = Annotated[float, Unit("m**2", "5.0 m^2", "an area", 0.0, 1e7)]
Volume = Annotated[float, Unit("m**3", "1600 L", "a volume", 0.0, 100.0)]
Mass = Annotated[float, Unit("kg", "0.95 kg", "a mass", 0.0, 1e7)]
Density = Annotated[float, Unit("kg/m**3", "1.7 kg/L", "a density", 100.0, 20000.0)]
Rate = Annotated[float, Unit("1/s", "20 cell/min", "a rate of units", 1e-9, 1e4)]
Power = Annotated[float, Unit("W", "400 kW", "a power", 0.0, 1e10)]
Charge = Annotated[float, Unit("A*s", "280 Ah", "a charge", 1.0, 1e8)]
ArealResistance = Annotated[float, Unit("ohm*m**2", "30 ohm*cm^2", "a resistance times an area", 0.0, 1.0)]
Current = Annotated[float, Unit("A", "2 mA", "a current", 0.0, 1e6)]
Resistance = Annotated[float, Unit("ohm", "0.03 mohm", "a resistance", 0.0, 1e6)]
Voltage = Annotated[float, Unit("V", "3.2 V", "a voltage", 0.0, 1000.0)]
Energy = Annotated[float, Unit("J", "896 Wh", "an energy", 0.0, 1e18)]
EnergyPerYear = Annotated[float, Unit("W", "16 GWh/yr", "an energy a year", 0.0, 1e13)]
Money = Annotated[float, Unit("USD", "9.0 MUSD", "an amount of money", 0.0, 1e12)]
MoneyPerHour = Annotated[float, Unit("USD/s", "25 USD/h", "a wage", 0.0, 1.0)]
MoneyPerYear = Annotated[float, Unit("USD/s", "30000 USD/yr", "an amount of money a year", 0.0, 1e3)]
MoneyPerEnergy = Annotated[float, Unit("USD/J", "0.10 USD/kWh", "a price of energy", 0.0, 1.0)]
MoneyPerArea = Annotated[float, Unit("USD/m**2", "3000 USD/m^2", "a price of floor", 0.0, 1e6)]
HoursPerYear = Annotated[float, Unit("", "59000 h/yr", "hours a year", 0.0, 1e5)]
Fraction = Annotated[float, Unit("", "0.95", "a fraction", 0.0, 1.0)]
Number = Annotated[float, Unit("", "1.8", "a pure number", -1e12, 1e12)]
Positive = Annotated[float, Unit("", "1.8", "a positive number", 1e-12, 1e12)]
Spreading = Annotated[float, Unit("m**2/s", "0.1 mm^2/s", "a spreading of liquid", 1e-15, 1.0)]
PerArea = Annotated[float, Unit("1/m**2", "0.002 1/m^2", "a number per area", 0.0, 1e3)]
PerLength = Annotated[float, Unit("1/m", "0.003 1/km", "a number per length", 0.0, 1e3)]
PerTime = Annotated[float, Unit("1/s", "0.02 1/h", "a rate of change", 0.0, 1.0)]
Temperature = Annotated[float, Celsius("K", "110 degC", "a temperature", 150.0, 2000.0)]
Kelvins = Annotated[float, Unit("K", "1.5 K", "a temperature difference", 0.0, 1000.0)]
PerKelvin = Annotated[float, Unit("1/K", "0.028 1/K", "a change per kelvin", 0.0, 10.0)]
Viscosity = Annotated[float, Unit("Pa*s", "0.25 Pa*s", "a viscosity", 1e-6, 1e4)]
ForcePerLength = Annotated[float, Unit("N/m", "350 N/mm", "a force per width", 0.0, 1e8)]
PerForcePerLength = Annotated[float, Unit("m/N", "1e-5 mm/N", "a change per line load", 0.0, 1.0)]
ArealMass = Annotated[float, Unit("kg/m**2", "200 g/m^2", "a mass per area", 0.0, 1e3)]
Flux = Annotated[float, Unit("kg/(m**2*s)", "2.2 g/(m^2*s)", "a drying rate", 0.0, 10.0)]
PowerPerMass = Annotated[float, Unit("W/kg", "9 W/kg", "a power per mass", 0.0, 1e6)]
EnergyPerMass = Annotated[float, Unit("J/kg", "12 Wh/kg", "an energy per mass", 0.0, 1e9)]
EnergyPerAmount = Annotated[float, Unit("J/mol", "45 kJ/mol", "an activation energy", 0.0, 1e6)]
CRate = Annotated[float, Unit("1/s", "0.1 1/h", "a C-rate, which is one over hours", 1e-7, 0.1)]
PerVolt = Annotated[float, Unit("1/V", "0.5 1/V", "a change per volt", 0.0, 1e3)]
GasPerCharge = Annotated[float, Unit("m**3/(A*s)", "2 mL/Ah", "a volume of gas per charge", 0.0, 1e-6)]


@dataclass(frozen=True)
class Amount:
    """An amount of some material: kilograms, square metres or pieces.

    Attributes:
        value: how much [unit].
        unit: "kg", "m**2" or "" for pieces.
    """

    value: float
    unit: str


_MOST = 1e7


def _read_amount(raw: object, per: str) -> Amount:
    """Turn "0.95 kg", "11.5 m^2", "1" or, with ``per``, "10 USD/kg" into an amount in SI."""
    parts = split(raw)
    if parts is not None:
        number, unit = parts
        for si in ("kg", "m**2", ""):
            wanted = per + (f"/({si})" if per and si else si)
            factor = _factor(unit, wanted) if unit else (None if wanted else 1.0)
            if factor is not None and 0 <= number * factor <= _MOST:
                return Amount(number * factor, si)
    example = "'10 USD/kg', '0.5 USD/m^2' or '0.2 USD'" if per else "'0.95 kg', '11.5 m^2' or '1'"
    raise PydanticCustomError(
        "unit",
        "{raw} is not an amount between 0 and {most}, expected one such as {example}",
        {"raw": shown(raw), "most": f"{_MOST:g}", "example": example},
    )


MaterialAmount = Annotated[
    Amount, PlainValidator(lambda raw: _read_amount(raw, ""), json_schema_input_type=str | float)
]
MaterialPrice = Annotated[
    Amount, PlainValidator(lambda raw: _read_amount(raw, "USD"), json_schema_input_type=str | float)
]


def _read_measure(raw: object) -> Amount:
    """Turn "0.3 mohm" or "0.4 %" into an amount in SI base units, whatever it measures."""
    parts = split(raw)
    if parts is not None:
        number, unit = parts
        quantity = _quantity(unit) if unit else None
        try:
            base = quantity.to_base_units() if quantity is not None else None
            if base is not None:
                return Amount(number * float(base.magnitude), "" if base.dimensionless else f"{base.units:D}")
        except Exception:
            # pint has units without a zero in SI, such as degC
            base = None
        if not unit:
            return Amount(number, "")
    raise PydanticCustomError(
        "unit", "{raw} is no quantity, expected one such as '0.3 mohm' or '0.4 %'", {"raw": shown(raw)}
    )


Measure = Annotated[Amount, PlainValidator(_read_measure, json_schema_input_type=str | float)]


def same_dimension(unit: str, other: str) -> bool:
    """Return whether two units measure the same."""
    return _factor(unit or "dimensionless", other) is not None
