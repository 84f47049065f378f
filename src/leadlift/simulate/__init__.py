"""The demo bank: customers whose visible and hidden traits, wants and life events cause what the tables show."""

from __future__ import annotations

from leadlift.simulate._bank import simulate
from leadlift.simulate._plan import BankPlan

__all__ = ["BankPlan", "simulate"]
