"""The contact policy applied: permission first, then that nobody is contacted too often, then what is worth it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from leadlift.leads.board import Board
from leadlift.leads.holdout import held_out
from leadlift.leads.rule_queries import Flag
from leadlift.specs import Campaign, Holdout, ValueModel

Yes = Callable[[str], npt.NDArray[np.bool_]]


def apply_permission(
    board: Board, campaign: Campaign, yes: Yes, conditions: Sequence[tuple[str, str]]
) -> None:
    """Who may be contacted at all: consent by channel, eligibility, the product held, and the rules that ask.

    yes: column -> of whom it is true. conditions: (column, rule) of rules that remove.
    """
    _consent(board, campaign, yes)
    _eligible(board, campaign, yes)
    for place, (name, offer) in enumerate(campaign.offers.items()):
        if offer.held:
            board.remove(_of(campaign, "held", name), yes(f"held_{place}"), board.terms.of(offers=[name]))
    rules = {rule.rule: rule.offers for rule in campaign.policy}
    for column, rule in conditions:
        board.remove(rule, yes(column), board.terms.of(offers=rules.get(rule)))


def apply_rest(
    board: Board, campaign: Campaign, yes: Yes, flags: Sequence[Flag], holdout: Holdout | None
) -> None:
    """The universal holdout, then caps, pauses and distances between offers."""
    if holdout is not None:
        hit = np.zeros(len(board.best), dtype=np.bool_)
        rows = np.flatnonzero(board.alive)
        hit[rows] = held_out(board.customers.take(rows), holdout)
        board.remove("holdout", hit)
    by_rule: dict[str, list[Flag]] = {}
    for flag in flags:
        by_rule.setdefault(flag.rule.rule, []).append(flag)
    for rule, own in by_rule.items():
        keep = np.ones_like(board.allowed)
        for flag in own:
            keep &= ~(yes(flag.name)[:, None] & board.terms.of(flag.offers, flag.channel)[None, :])
        board.keep_pairs(rule, keep)


def apply_least(board: Board, campaign: Campaign) -> None:
    """What has no value by the model that should tell it, is too unlikely, or does not pay."""
    _priced(board, campaign)
    rows = np.arange(len(board.best))
    worth = {
        "min_probability": (board.responders, campaign.min_probability),
        "min_expected_value": (board.value, campaign.least_value),
    }
    for rule, (told, least) in worth.items():
        if least is None:
            continue
        keep = np.empty_like(board.allowed)
        for place in range(keep.shape[1]):
            # an exact limit is enough: chances are read in single precision
            keep[:, place] = told(rows, np.full(len(rows), place)) >= np.float32(least)
        board.keep_pairs(rule, keep)


def _priced(board: Board, campaign: Campaign) -> None:
    by_model = [isinstance(offer.value, ValueModel) for offer in campaign.offers.values()]
    unknown = np.isnan(board.rates.value) & np.array(by_model)
    if unknown.any():
        board.keep_pairs("not_priced", ~unknown[:, board.terms.offer])


def _consent(board: Board, campaign: Campaign, yes: Yes) -> None:
    asked = {name: place for place, (name, one) in enumerate(campaign.channels.items()) if one.consent}
    if not asked:
        return
    keep = np.ones_like(board.allowed)
    for name, place in asked.items():
        keep &= ~(~yes(f"consent_{place}")[:, None] & board.terms.of(channel=name)[None, :])
    board.keep_pairs("consent", keep)


def _eligible(board: Board, campaign: Campaign, yes: Yes) -> None:
    offers: Mapping[str, int] = {
        name: place for place, (name, one) in enumerate(campaign.offers.items()) if one.eligible
    }
    if not offers and not campaign.eligible:
        return
    keep = np.ones_like(board.allowed)
    if campaign.eligible:
        keep &= yes("eligible")[:, None]
    for name, place in offers.items():
        keep &= ~(~yes(f"eligible_{place}")[:, None] & board.terms.of(offers=[name])[None, :])
    board.keep_pairs("eligible", keep)


def _of(campaign: Campaign, rule: str, offer: str) -> str:
    return rule if len(campaign.offers) == 1 else f"{rule} {offer}"
