"""Inputs of a study of strategies: what people call them, where the verdict flips, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimize.growth.scale_up import Compared
from optimize.pages.tables import Row
from optimize.words import number

# title, factor from the unit of the futures, unit as people read it
QUANTITY = {
    "cell_price.start": ("cell price today", 1.0, "USD/kWh"),
    "cell_price.drift": ("yearly change of the cell price", 100.0, "%"),
    "cell_price.volatility": ("unrest of the cell price", 100.0, "%"),
    "cell_price.reversion": ("return of the cell price to its trend", 1.0, "1/yr"),
    "cell_price.region_premium": ("price premium of the region", 100.0, "%"),
    "cell_price.spot_discount": ("discount without a contract", 100.0, "%"),
    "material_price.start": ("price of materials today over the list", 100.0, "%"),
    "material_price.drift": ("yearly change of the material price", 100.0, "%"),
    "material_price.volatility": ("unrest of the material price", 100.0, "%"),
    "material_price.reversion": ("return of the material price to its trend", 1.0, "1/yr"),
    "energy_price.start": ("price of energy today over the list", 100.0, "%"),
    "energy_price.drift": ("yearly change of the energy price", 100.0, "%"),
    "energy_price.volatility": ("unrest of the energy price", 100.0, "%"),
    "energy_price.reversion": ("return of the energy price to its trend", 1.0, "1/yr"),
    "demand.level": ("share of contracts called off", 100.0, "%"),
    "demand.spot": ("sales without a contract", 1.0, "GWh/yr"),
    "demand.growth": ("yearly growth of those sales", 100.0, "%"),
    "equipment_delay": ("delay of equipment", 1.0, "months"),
    "construction_overrun": ("overrun of capital", 100.0, "%"),
    "interest": ("interest without the margin", 100.0, "%"),
    "subsidy.amount": ("subsidy", 1e-6, "MUSD"),
    "subsidy.share": ("subsidy, share of capital", 100.0, "%"),
    "disturbance": ("number of hidden causes born", 100.0, "%"),
    "scale": ("exponent of capital over lines ordered together", 1.0, ""),
    "novelty": ("factor of novelty on hidden causes", 1.0, ""),
    "engineers": ("number of engineers, to those chosen", 100.0, "%"),
    "effort": ("work of an engineer for each suspect", 1.0, "days"),
}


def sized(quantity: str, value: float) -> float:
    """Return a value of an uncertain quantity in the unit that people read it in."""
    return QUANTITY[quantity][1] * value


def quantity_in_words(quantity: str, value: float, digits: int = 2) -> str:
    """Return a value of an uncertain quantity with its unit."""
    unit = QUANTITY[quantity][2]
    text = number(sized(quantity, value), digits).replace("-", "\N{MINUS SIGN}")
    return f"{text} {unit}".rstrip()


def flip_points(compared: Compared) -> list[Row]:
    """Return what the lead depends on, the widest first, in the units that people read."""
    found = []
    for swing in compared.swings:
        title, _, unit = QUANTITY[swing.what]
        found.append(
            {
                "quantity": swing.what,
                "title": title,
                "unit": unit,
                **{name: sized(swing.what, number) for name, number in (("value", swing.value), ("low", swing.low))},
                "high": sized(swing.what, swing.high),
                "lead_at_low_musd": swing.at_low,
                "lead_at_high_musd": swing.at_high,
                "flips_at": "" if swing.flips_at is None else sized(swing.what, swing.flips_at),
                "instead": swing.instead,
                "worth_at_low_musd": swing.worth[0],
                "worth_at_high_musd": swing.worth[-1],
                "worth_nothing_at": "" if swing.even_at is None else sized(swing.what, swing.even_at),
                "futures": swing.futures,
            }
        )
    return found


def assumptions(compared: Compared) -> list[Row]:
    """Return every sourced number of a study but those of its plant: where it comes from and how sure it is."""
    verdict = compared.verdict
    parts: Mapping[str, Sequence[Any]] = {
        "study": verdict.site.study._provenance,
        "learning": verdict.site.ground.priors._provenance,
        "futures": verdict.site.futures._provenance,
        "finance": verdict.funding._provenance,
    }
    return [
        {
            "of": part,
            "what": record.path,
            "value": record.value,
            "low": "" if record.low is None else record.low,
            "high": "" if record.high is None else record.high,
            "confidence": record.confidence,
            "source": " ".join(record.source),
            "note": record.note,
        }
        for part, records in parts.items()
        for record in records
    ]
