"""What may be offered to one customer now, and which rules stand against the rest: the campaigns' own policy, asked."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.customers.facts import Chance, Hurdle, Offered
from leadlift.leads import apply_least, apply_permission, apply_rest
from leadlift.leads.against import Against
from leadlift.names import CUSTOMER, PROBABILITY, SCORE
from leadlift.progress import Progress
from leadlift.specs import Campaign, ValueModel, Workspace
from leadlift.workflows.customer_home import Alone
from leadlift.workflows.customer_hurdles import Hurdles
from leadlift.workflows.customer_scores import Standing
from leadlift.workflows.lead_board import board_of
from leadlift.workflows.lead_facts import lead_facts
from leadlift.workflows.places import SCORES
from leadlift.workflows.wording import wording_of

NOT_SCORED = "not_scored"
LEAST = ("not_priced", "min_probability", "min_expected_value")
UNSCORED = pa.schema(
    {CUSTOMER: pa.string(), PROBABILITY: pa.float64(), SCORE: pa.float64(), "value": pa.float64()}
)


def offers_of(ws: Workspace, one: Alone, standing: Standing, progress: Progress) -> list[Offered]:
    """Every campaign's offers to the customer, by the last scores up to the day and all else as of the day."""
    told = []
    with TemporaryDirectory() as folder:
        for name in ws.campaigns:
            told.append(_offered(standing.ws, one, standing, ws.campaigns[name], Path(folder), progress))
    return told


def _offered(
    ws: Workspace, one: Alone, standing: Standing, campaign: Campaign, folder: Path, progress: Progress
) -> Offered:
    pipelines = pipelines_of(campaign)
    scores = {name: _own_scores(folder, standing, name, one.customer) for name in pipelines}
    facts = lead_facts(ws, campaign, one.home, one.as_of, scores, [], progress)
    board = board_of(campaign, facts, Against)
    apply_permission(board, campaign, facts.yes, facts.conditions)
    apply_rest(board, campaign, facts.yes, facts.flags, ws.file.holdout)
    apply_least(board, campaign)
    hurdles = Hurdles.of(ws, campaign, one, facts)
    chances = []
    for place, (offer, channel) in enumerate(campaign.pairs):
        scored = bool(board.scored[place])
        against = [
            hurdles.told(rule, offer, channel)
            for rule, closed in board.found
            if closed[place] and (scored or rule not in LEAST)
        ]
        if not scored:
            against.append(Hurdle(NOT_SCORED, campaign.offers[offer].pipeline))
        chances.append(_chance(ws, campaign, board, place, against))
    days = {name: standing.last[name].day.as_of if name in standing.last else None for name in pipelines}
    return Offered(campaign.campaign, campaign.description, campaign.money_unit, days, chances)


def pipelines_of(campaign: Campaign) -> list[str]:
    """Every pipeline whose scores a campaign reads."""
    named = [offer.pipeline for offer in campaign.offers.values()]
    named += [one.value.pipeline for one in campaign.offers.values() if isinstance(one.value, ValueModel)]
    named += [rule.pipeline for rule in campaign.policy if rule.pipeline is not None]
    return list(dict.fromkeys(named))


def _own_scores(folder: Path, standing: Standing, pipeline: str, customer: str) -> Path:
    """A folder with the customer's line of the scores alone, all unknown where there is none."""
    here = folder / pipeline
    if not here.exists():
        here.mkdir()
        last = standing.last.get(pipeline)
        schema = last.row.schema if last is not None else UNSCORED
        rows = last.row if last is not None and last.row.num_rows else _unknown(schema, customer)
        pq.write_table(rows, here / SCORES)
    return here


def _unknown(schema: pa.Schema, customer: str) -> pa.Table:
    return pa.table(
        {field.name: pa.array([customer if field.name == CUSTOMER else None], field.type) for field in schema}
    )


def _chance(ws: Workspace, campaign: Campaign, board: Against, place: int, against: list[Hurdle]) -> Chance:
    offer, channel = campaign.pairs[place]
    spec = campaign.offers[offer]
    rows, pair = pa.array([0]).to_numpy(), pa.array([place]).to_numpy()
    chance, value = float(board.responders(rows, pair)[0]), float(board.value(rows, pair)[0])
    known = isfinite(chance)
    return Chance(
        offer=offer,
        label=spec.label,
        channel=channel,
        allowed=not against,
        probability=chance if known else None,
        said=wording_of(ws.pipelines[spec.pipeline]).said(chance) if known else "",
        expected_value=value if known and isfinite(value) else None,
        hurdles=against,
    )
