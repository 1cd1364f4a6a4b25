"""Money month by month: terms, payments, sales, loans, tax, insolvency, present value."""
