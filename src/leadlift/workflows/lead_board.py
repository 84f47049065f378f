"""From facts to the board: what each customer's offers would be worth, and the policy applied to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from leadlift.errors import GateError
from leadlift.leads import (
    Board,
    Chosen,
    Rates,
    Room,
    Terms,
    apply_least,
    apply_permission,
    apply_rest,
    choose,
    refuse_wrong_counts,
)
from leadlift.names import BANDS
from leadlift.specs import Campaign, ValueModel, Workspace
from leadlift.workflows.lead_facts import Facts

if TYPE_CHECKING:  # models are for those who score; a board is also asked about one customer
    from leadlift.workflows.champion import Loaded

AnyBoard = TypeVar("AnyBoard", bound=Board)


@dataclass(frozen=True, eq=False)
class Decided:
    """The board after every rule, and who was chosen from it."""

    board: Board
    chosen: Chosen


def decided(
    ws: Workspace, campaign: Campaign, facts: Facts, models: Mapping[str, Loaded], key: str
) -> Decided:
    """Apply the policy, then choose. models: by pipeline. key: of the random draws.

    Raises GateError when nobody is left, or when the counts do not add up.
    """
    board = board_of(campaign, facts, Board)
    apply_permission(board, campaign, facts.yes, facts.conditions)
    apply_rest(board, campaign, facts.yes, facts.flags, ws.file.holdout)
    apply_least(board, campaign)
    tie = np.column_stack([facts.floats(f"score_{place}") for place in range(len(campaign.offers))])
    tie = np.nan_to_num(tie, nan=-np.inf)
    spread = _bands(campaign, board, tie, models)
    chosen = choose(
        board,
        _room(campaign, facts),
        tie,
        campaign.control.share if campaign.control else 0.0,
        campaign.explore.share if campaign.explore else 0.0,
        key,
        spread,
    )
    _tell_of_room(board, campaign, chosen)
    refuse_wrong_counts(campaign.campaign, board.rows, int(chosen.contacted.sum()))
    if not chosen.contacted.any():
        raise GateError(_nobody(campaign, board))
    return Decided(board, chosen)


def board_of(campaign: Campaign, facts: Facts, kind: type[AnyBoard]) -> AnyBoard:
    """Everyone scored beside every pair of the campaign, before any rule."""
    offers, channels = list(campaign.offers), list(campaign.channels)
    pairs = campaign.pairs
    told = [campaign.channels[channel] for _, channel in pairs]
    terms = Terms(
        pairs,
        np.array([offers.index(offer) for offer, _ in pairs], dtype=np.intp),
        np.array([one.response for one in told]),
        np.array([one.cost for one in told]),
        all(offer.value is not None for offer in campaign.offers.values()),
    )
    chance = np.column_stack([facts.floats(f"chance_{place}") for place in range(len(offers))])
    value = np.column_stack([_value(campaign, facts, place, name) for place, name in enumerate(offers)])
    rates = Rates(chance.astype(np.float32), value.astype(np.float32))
    by_money = campaign.ranked_by != "probability"
    preferred, counts = _preferred(campaign, facts, channels), _counts(campaign, facts, terms)
    return kind(facts.table["customer_id"], terms, rates, by_money, preferred, counts)


def _value(campaign: Campaign, facts: Facts, place: int, name: str) -> npt.NDArray[np.float64]:
    value = campaign.offers[name].value
    if isinstance(value, ValueModel):
        return value.times * facts.floats(f"value_{place}")
    return np.full(facts.table.num_rows, np.nan if value is None else value)


def _preferred(campaign: Campaign, facts: Facts, channels: list[str]) -> npt.NDArray[np.bool_] | None:
    if not any(channel.prefer for channel in campaign.channels.values()):
        return None
    told = np.zeros((facts.table.num_rows, len(campaign.pairs)), dtype=np.bool_)
    for place, (_, channel) in enumerate(campaign.pairs):
        if campaign.channels[channel].prefer:
            told[:, place] = facts.yes(f"prefer_{channels.index(channel)}")
    return told


def softened(campaign: Campaign, facts: Facts) -> dict[str, int]:
    """Rule -> how many customers it softens, of everyone scored."""
    rules = [(place, rule) for place, rule in enumerate(campaign.policy) if rule.counts is not None]
    return {rule.rule: int(facts.yes(f"rule_{place}").sum()) for place, rule in rules}


def _counts(campaign: Campaign, facts: Facts, terms: Terms) -> npt.NDArray[np.float32] | None:
    """How much of each pair's worth counts: the product over the rules that soften the customer."""
    if all(rule.counts is None for rule in campaign.policy):
        return None
    told = np.ones((facts.table.num_rows, len(campaign.pairs)), dtype=np.float32)
    for place, rule in enumerate(campaign.policy):
        if rule.counts is not None:
            told[np.ix_(facts.yes(f"rule_{place}"), terms.of(offers=rule.offers))] *= np.float32(rule.counts)
    return told


def _room(campaign: Campaign, facts: Facts) -> Room:
    by = campaign.capacity.by
    group = None
    if by is not None:
        coded = facts.table[by.feature].combine_chunks().dictionary_encode(null_encoding="encode")
        group = coded.indices.to_numpy().astype(np.intp)
    return Room(
        campaign.most,
        {name: one.capacity for name, one in campaign.offers.items() if one.capacity is not None},
        {name: one.capacity for name, one in campaign.channels.items() if one.capacity is not None},
        group,
        by.most if by is not None else 0,
    )


def _bands(
    campaign: Campaign, board: Board, tie: npt.NDArray[np.float64], models: Mapping[str, Loaded]
) -> npt.NDArray[np.intp]:
    """The place of each customer's band for the best offer left, which a control is spread over."""
    told = np.zeros(len(board.best), dtype=np.intp)
    for place, offer in enumerate(campaign.offers.values()):
        rows = np.flatnonzero(board.alive & (board.terms.offer[board.best] == place))
        if len(rows):
            names = models[offer.pipeline].model.bands.of(board.rates.chance[rows, place].astype(np.float64))
            told[rows] = np.searchsorted(BANDS, names)
    return told


def _tell_of_room(board: Board, campaign: Campaign, chosen: Chosen) -> None:
    """The last rows of the waterfall: who found no room, and who is in control."""
    gone = board.alive.copy()
    gone[chosen.rows] = False
    keep = np.zeros_like(board.allowed)
    keep[chosen.rows, chosen.pair] = True
    board.keep_pairs("capacity" if campaign.given_offers is not None else "size", keep)
    if campaign.control is not None:
        held = np.zeros(len(board.best), dtype=np.bool_)
        held[chosen.rows[~chosen.contacted]] = True
        board.remove("control", held)


def _nobody(campaign: Campaign, board: Board) -> str:
    told = ", ".join(f"{row.rule} removed {row.removed:,}" for row in board.rows[1:] if row.removed)
    hint = "; `consent` in its file says who agreed" if board.rows[1].rule == "consent" else ""
    return f"campaign {campaign.campaign}: nobody is left of {len(board.best):,} scored: {told or 'none scored'}{hint}"
