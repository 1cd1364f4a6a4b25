"""Who pays for a plant, and on which terms: equity, debt, covenants, tax, working capital, as declared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from optimize.study import Part
from twin import EnergyPerYear, Fraction, Milestone, Money, Unit, find_declared, read_declared

Days = Annotated[float, Unit("day", "45 day", "a time", 0.0, 365.0)]
RatePerYear = Annotated[float, Unit("1/yr", "8 %/yr", "a rate a year", 0.0, 1.0)]

_ROUNDING = 1e-9


class Payment(Part):
    """A payment for what is built.

    Attributes:
        at: share of the time from order to acceptance after which it falls due [-].
        share: of the price [-].
    """

    at: Fraction
    share: Fraction


class Round(Part):
    """Equity that owners add.

    Attributes:
        amount: [USD].
        at: what must be reached before.
    """

    amount: Money
    at: Milestone = Milestone()


class Covenants(Part):
    """What a borrower must hold to be lent more.

    Attributes:
        output: grade A cells made in the last three months, as a yearly rate [W].
        output_from: month from which it is asked.
        service_cover: earnings before interest, tax and depreciation over interest and repayment, both of the last
            year (DSCR) [-].
        service_from: month from which it is asked.
    """

    output: EnergyPerYear = 0.0
    output_from: int = Field(default=0, ge=0)
    service_cover: Annotated[float, Unit("", "1.2", "a ratio", 0.0, 100.0)] = 0.0
    service_from: int = Field(default=0, ge=0)


class Debt(Part):
    """A loan for the plant, drawn when cash falls below its least and paid back in equal parts.

    Attributes:
        facility: at most [USD].
        share_of_capital: at most this share of what was paid for the plant is lent [-].
        margin: interest above the futures' rate [1/yr].
        opens: what must be reached before it is drawn.
        closes: last month in which it can be drawn; repayment begins after it.
        repaid_over: months of repayment.
        covenants: without them nothing more is lent.
    """

    facility: Money
    share_of_capital: Fraction
    margin: RatePerYear
    opens: Milestone = Milestone()
    closes: int = Field(ge=0)
    repaid_over: int = Field(ge=1)
    covenants: Covenants = Covenants()


class WindingUp(Part):
    """What creditors get for the assets of an insolvent plant.

    Attributes:
        plant: share of its book value [-].
        stock: share of the cost of material in stock and in process [-].
        receivables: share of what customers owe [-].
    """

    plant: Fraction
    stock: Fraction
    receivables: Fraction


class Funding(Part):
    """Money of a plant that is built, as declared.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        equity: paid in at the start [USD].
        rounds: paid in later.
        debt: a loan; None for none.
        minimum_cash: below which the loan is drawn [USD].
        payments: for what is built.
        tax_rate: on profit, after losses of earlier months [-].
        discount_rate: of the net present value [1/yr].
        receivables: how long customers take to pay [day].
        inventory: how long material lies in stock and in process [day].
        payables: how long suppliers of material and energy wait [day].
        winding_up: what an insolvent plant brings.
        terminal: value of plant and working capital at the end of the horizon, relative to their books [-].
    """

    gigatwin: Literal[1]
    name: str
    title: str = ""
    equity: Money
    rounds: tuple[Round, ...] = ()
    debt: Debt | None = None
    minimum_cash: Money = 0.0
    payments: Annotated[tuple[Payment, ...], Field(min_length=1)]
    tax_rate: Fraction
    discount_rate: RatePerYear
    receivables: Days
    inventory: Days
    payables: Days
    winding_up: WindingUp
    terminal: Annotated[float, Unit("", "1", "a value relative to the books", 0.0, 10.0)] = 0.0

    # where the numbers come from, for reports; of numbers from Python nothing is known
    _provenance: list[Any] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _paid_in_full(self) -> Funding:
        total = sum(one.share for one in self.payments)
        if abs(total - 1) > _ROUNDING:
            raise ValueError(f"payments add up to {total:g} of the price, expected 1")
        return self


def read_funding(name: str | Path) -> Funding:
    """Read the funding of a plant.

    Args:
        name: path of a YAML file, or name of one that comes with gigatwin.

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    funding, document = read_declared(find_declared("finance", name), Funding)
    funding._provenance.extend(document.records)
    return funding
