"""The border between "30 m/min" and SI."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from twin import units


class Everything(BaseModel):
    """One field of each kind that the tests write to."""

    time: units.Seconds = 0.0
    speed: units.Speed = 1.0
    length: units.Metres = 0.0
    density: units.Density = 1000.0
    volume: units.Volume = 0.0
    rate: units.Rate = 1.0
    charge: units.Charge = 1.0
    energy: units.Energy = 0.0
    nameplate: units.EnergyPerYear = 0.0
    money: units.Money = 0.0
    wage: units.MoneyPerHour = 0.0
    power_price: units.MoneyPerEnergy = 0.0
    floor_price: units.MoneyPerArea = 0.0
    share: units.Fraction = 0.0
    per_area: units.PerArea = 0.0
    per_length: units.PerLength = 0.0
    hours: units.HoursPerYear = 0.0
    temperature: units.Temperature = 300.0
    difference: units.Kelvins = 0.0
    viscosity: units.Viscosity = 1.0
    line_load: units.ForcePerLength = 0.0
    flux: units.Flux = 0.0
    activation: units.EnergyPerAmount = 0.0
    amount: units.MaterialAmount = "0 kg"
    price: units.MaterialPrice = "0 USD/kg"
    c_rate: units.CRate = 1e-4
    warm: units.Temperature = 300.0
    gas: units.GasPerCharge = 0.0
    areal_resistance: units.ArealResistance = 0.0


# what people write, and the SI value worked out by hand
WRITTEN = [
    ("time", "2.5 h", 9000.0),
    ("time", "21 d", 21 * 86400.0),
    ("time", "15min", 900.0),
    ("speed", "70 m/min", 70 / 60),
    ("length", "1_500 mm", 1.5),
    ("density", "1.7 kg/L", 1700.0),
    ("density", "2.1 g/cm^3", 2100.0),
    ("volume", "1600 L", 1.6),
    ("rate", "20 cell/min", 1 / 3),
    ("rate", "0.5 1/s", 0.5),
    ("charge", "280 Ah", 280 * 3600.0),
    ("energy", "896 Wh", 896 * 3600.0),
    ("nameplate", "16 GWh/yr", 16e9 * 3600 / (365 * 86400)),
    ("money", "9.0 MUSD", 9e6),
    ("money", "250 $", 250.0),
    ("wage", "36 USD/h", 0.01),
    ("power_price", "0.36 USD/kWh", 1e-7),
    ("c_rate", "0.36 1/h", 1e-4),
    ("warm", "25 degC", 298.15),
    ("warm", "298.15 K", 298.15),
    ("gas", "3.6 mL/Ah", 1e-9),
    ("areal_resistance", "30 ohm*cm^2", 3e-3),
    ("floor_price", "3000 USD/m^2", 3000.0),
    ("share", "95 %", 0.95),
    ("share", 0.2, 0.2),
    ("per_area", "0.002 1/m^2", 0.002),
    ("per_length", "0.003 1/km", 3e-6),
    ("hours", "59000 h/yr", None),
    # degrees have a zero of their own
    ("temperature", "110 degC", 383.15),
    ("temperature", "-40 °C", 233.15),
    ("temperature", "298.15 K", 298.15),
    ("difference", "1.5 K", 1.5),
    ("viscosity", "800 mPa*s", 0.8),
    ("line_load", "350 N/mm", 350e3),
    ("flux", "2.2 g/(m^2*s)", 2.2e-3),
    ("activation", "45 kJ/mol", 45e3),
]


@pytest.mark.parametrize(("field", "written", "si"), [row for row in WRITTEN if row[2] is not None])
def test_quantities_become_si(field: str, written: object, si: float) -> None:
    assert getattr(Everything.model_validate({field: written}), field) == pytest.approx(si, rel=1e-12)


def test_hours_a_year_are_a_pure_number_of_one_year() -> None:
    # a plant's year has 365 days
    assert Everything.model_validate({"hours": "8760 h/yr"}).hours == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("speed", "30 min", "'30 min' is a time, expected a speed such as '70 m/min'"),
        ("time", "3 m", "'3 m' is a length, expected a time such as '2.5 h'"),
        ("time", 7, "7 has no unit, expected a time such as '2.5 h'"),
        ("time", "soon", "'soon' is not a number with a unit"),
        ("time", True, "true is not a quantity"),
        ("time", [1], "is not a quantity"),
        ("length", "3 furlongz", "a unit gigatwin does not know"),
        ("share", "1.2", "'1.2' is outside its physical range, expected a fraction between 0 and 1"),
        ("speed", "0 m/min", "'0 m/min' is outside its physical range, expected a speed between 6e-05 and 1200 m/min"),
        ("speed", "5 metre/minut", "a unit gigatwin does not know"),
        ("speed", "inf m/min", "is not a number with a unit"),
        ("speed", "9" * 500 + " m/min", "999... is outside its physical range"),
        # these would be multiplied out for hours
        ("length", "1 m^9^9^9", "a unit gigatwin does not know"),
        ("length", "1 m**999999999", "a unit gigatwin does not know"),
        ("length", "1 m*(9^9)^9", "a unit gigatwin does not know"),
        ("length", "1 /(10^99999999 /m)", "a unit gigatwin does not know"),
        ("time", "-1 s", "outside its physical range"),
        ("temperature", "110", "'110' has no unit, expected a temperature such as '110 degC'"),
        ("temperature", "-273 degC", "'-273 degC' is outside its physical range"),
        ("temperature", "110 min", "'110 min' is a time, expected a temperature"),
        ("difference", "1.5 degC", "expected a temperature difference such as '1.5 K'"),
        ("amount", "3 s", "'3 s' is not an amount"),
        ("amount", "-3 kg", "'-3 kg' is not an amount"),
        ("price", "10 kg", "'10 kg' is not an amount"),
    ],
)
def test_what_is_wrong_is_said_with_value_expectation_and_cure(field: str, written: object, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Everything.model_validate({field: written})
    assert said in str(error.value)


def test_materials_are_kilograms_square_metres_or_pieces() -> None:
    def read(field: str, text: object) -> tuple[float, str]:
        amount = getattr(Everything.model_validate({field: text}), field)
        return amount.value, amount.unit

    assert read("amount", "950 g") == (pytest.approx(0.95), "kg")
    assert read("amount", "11.5 m^2") == (pytest.approx(11.5), "m**2")
    assert read("amount", 1) == (1.0, "")
    assert read("price", "10 USD/kg") == (pytest.approx(10.0), "kg")
    assert read("price", "0.5 USD/m^2") == (pytest.approx(0.5), "m**2")
    assert read("price", "0.2 USD") == (pytest.approx(0.2), "")
