"""The demo bank: a made-up bank whose tables a modeller would believe, and the truth behind them.

Hidden traits (digital habit, price sensitivity, risk appetite, reserve towards contacts, thrift, borrowing)
and life events start and end wants (a deposit, a fund, a card, cash) and moods (upset, doubting funds,
drifting away). Wants and moods drive products, money, visits, arrears and leaving month by month, and leave
traces in all tables. Contacts persuade some, are needless for some, and put some off.
docs/demo_bank.md tells more.
"""

from __future__ import annotations

from leadlift.simulate._advance import Advanced, advance
from leadlift.simulate._bank import simulate
from leadlift.simulate._plan import BankPlan, whole_months

__all__ = ["Advanced", "BankPlan", "advance", "simulate", "whole_months"]
