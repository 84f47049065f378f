"""Faults of a campaign against the pipelines, features and sources that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadlift.errors import Problem
from leadlift.specs._yaml import Document, Path_
from leadlift.specs.base import listed, nearest
from leadlift.specs.campaigns import Campaign, Offer, ValueModel
from leadlift.specs.crosscheck import WORKSPACE, Sources, amount_problems, condition_problems, feature_types
from leadlift.specs.definitions import FeatureDef, column_types, marked_columns
from leadlift.specs.pipelines import Pipeline
from leadlift.specs.policy import Rule

Pipelines = Mapping[str, Pipeline]


def campaign_problems(
    document: Document,
    spec: Campaign,
    pipelines: Pipelines,
    sources: Sources,
    features: Mapping[str, FeatureDef] | None,
) -> list[Problem]:
    """Every fault of a campaign. Of a flat pipeline the conditions speak of the columns of its table."""
    unknown = _unknown_pipelines(document, spec, pipelines)
    if unknown:
        return unknown
    tables = {pipelines[one.pipeline].population.table for one in spec.offers.values()}
    if len(tables) > 1:
        why = "offers compete for the same customers: their pipelines must all be of features, or of one flat table"
        return [document.problem(("offers",), why)]
    problems = [
        *_promise_problems(document, spec, pipelines),
        *_money_problems(document, spec, pipelines),
        *_amount_problems(document, spec, pipelines, sources),
        *_rule_problems(document, spec, pipelines, sources),
    ]
    types, hidden = _words(tables.pop(), sources, features)
    if types is None:
        return problems
    for path, text in _conditions(spec):
        problems += condition_problems(document, path, text, types, WORKSPACE)
    for path, name in _named(spec):
        if name not in types:
            problems.append(document.problem(path, f"no feature '{name}'.{nearest(name, types)}"))
        elif name in hidden:
            problems.append(
                document.problem(path, f"feature '{name}' is {hidden[name]}: it may not leave in a lead file")
            )
    return problems


def _words(
    table: str | None, sources: Sources, features: Mapping[str, FeatureDef] | None
) -> tuple[Mapping[str, str] | None, Mapping[str, str]]:
    """What conditions may name, with its type, and what of it may not leave, with the reason."""
    if table is not None and table in sources:
        marks = ("pii", "protected")
        hidden = {name: mark for mark in marks for name in marked_columns(sources[table], sources, mark)}
        return column_types(sources[table], sources), hidden
    return feature_types(features), {name: one.hidden for name, one in (features or {}).items() if one.hidden}


def _path_of(spec: Campaign, name: str, *keys: str) -> Path_:
    return ("offers", name, *keys) if spec.given_offers is not None else keys


def _unknown_pipelines(document: Document, spec: Campaign, pipelines: Pipelines) -> list[Problem]:
    named: list[tuple[Path_, str]] = []
    for name, offer in spec.offers.items():
        named.append((_path_of(spec, name, "pipeline"), offer.pipeline))
        if isinstance(offer.value, ValueModel):
            named.append((_path_of(spec, name, "value", "pipeline"), offer.value.pipeline))
    named += [(("policy", i, "pipeline"), one.pipeline) for i, one in enumerate(spec.policy) if one.pipeline]
    return [
        document.problem(path, f"no pipeline '{name}'.{nearest(name, pipelines)}")
        for path, name in named
        if name not in pipelines
    ]


def _promise_problems(document: Document, spec: Campaign, pipelines: Pipelines) -> list[Problem]:
    """A chance beside an effect would win by counting those who buy anyway, and their sum would mean nothing."""
    told: dict[str, str] = {}
    for name, offer in spec.offers.items():
        pipeline = pipelines[offer.pipeline]
        if pipeline.kind != "value":  # refused by itself
            told.setdefault(_promise(pipeline), name)
    if len(told) < 2:
        return _least_problems(document, spec, next(iter(told), ""))
    each = ", ".join(f"'{name}' {what}" for what, name in told.items())
    why = f"offers compete by what they promise, and these promise unlike things: {each}. Name pipelines of one sort"
    return [document.problem(("offers",), why)]


def _least_problems(document: Document, spec: Campaign, promise: str) -> list[Problem]:
    if spec.min_probability <= 1 or promise.endswith("an amount"):
        return []
    why = f"{spec.min_probability:g} is above 1, and what is promised is {promise}: nobody would be left"
    return [document.problem(("min_probability",), why)]


def _promise(spec: Pipeline) -> str:
    if spec.kind != "uplift":
        return "a chance"
    return f"what the contact adds to {'an amount' if spec.target.amount else 'a chance'}"


def _money_problems(document: Document, spec: Campaign, pipelines: Pipelines) -> list[Problem]:
    problems = []
    for name, offer in spec.offers.items():
        kind = pipelines[offer.pipeline].kind
        if kind == "value":
            why = (
                f"pipeline '{offer.pipeline}' predicts an amount, but an offer needs a chance or an effect. "
                "Name it under `value`"
            )
            problems.append(document.problem(_path_of(spec, name, "pipeline"), why))
        if spec.ranked_by == "uplift_value" and kind != "uplift":
            why = f"uplift_value needs uplift pipelines; '{offer.pipeline}' is of kind {kind}"
            problems.append(document.problem(("rank_by",), why))
        problems += _value_problems(document, spec, name, offer, pipelines)
    return problems


def _amount_problems(
    document: Document, spec: Campaign, pipelines: Pipelines, sources: Sources
) -> list[Problem]:
    """What an offer counts as the amount of a purchase must stand in the source of its pipeline's target."""
    problems = []
    for name, offer in spec.offers.items():
        if offer.amount is None:
            continue
        path, target = _path_of(spec, name, "amount"), pipelines[offer.pipeline].target
        if target.source is None or target.absent:
            why = (
                f"pipeline '{offer.pipeline}' has no source of purchases: amounts then come with the outcomes"
            )
            problems.append(document.problem(path, why))
        elif target.source in sources:
            columns = column_types(sources[target.source], sources)
            problems += amount_problems(document, path, offer.amount, columns, f"source '{target.source}'")
    return problems


def _value_problems(
    document: Document, spec: Campaign, name: str, offer: Offer, pipelines: Pipelines
) -> list[Problem]:
    if not isinstance(offer.value, ValueModel) or pipelines[offer.value.pipeline].kind == "value":
        return []
    told = f"pipeline '{offer.value.pipeline}' is of kind {pipelines[offer.value.pipeline].kind}, not value"
    return [document.problem(_path_of(spec, name, "value", "pipeline"), told)]


def _rule_problems(
    document: Document, spec: Campaign, pipelines: Pipelines, sources: Sources
) -> list[Problem]:
    problems = []
    for index, rule in enumerate(spec.policy):
        here: Path_ = ("policy", index)
        problems += _unknown(document, (*here, "offers"), rule.offers or (), spec.offers, "offer")
        problems += _unknown(document, (*here, "channel"), _one(rule.channel), spec.channels, "channel")
        if rule.source is not None and rule.where is not None:
            problems += _source_rule(document, here, rule, sources)
    return problems


def _source_rule(document: Document, here: Path_, rule: Rule, sources: Sources) -> list[Problem]:
    source = sources.get(str(rule.source))
    if source is None:
        return _unknown(document, (*here, "source"), _one(rule.source), sources, "source")
    if source.kind in ("flat", "lookup"):
        return [
            document.problem(
                (*here, "source"), f"source '{rule.source}' is of kind {source.kind}: it has no clock"
            )
        ]
    columns = column_types(source, sources)
    return condition_problems(document, (*here, "where"), str(rule.where), columns, f"source '{rule.source}'")


def _unknown(
    document: Document, path: Path_, names: tuple[str, ...], known: Mapping[str, object], word: str
) -> list[Problem]:
    return [
        document.problem(path, f"no {word} '{name}'.{nearest(name, known) or f' Known: {listed(known)}'}")
        for name in names
        if name not in known
    ]


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _conditions(spec: Campaign) -> Iterator[tuple[Path_, str]]:
    """Every condition over features, and where it stands."""
    found: list[tuple[Path_, str | None]] = [(("consent",), spec.consent), (("eligible",), spec.eligible)]
    for name, offer in (spec.given_offers or {}).items():
        found += [(("offers", name, "eligible"), offer.eligible), (("offers", name, "held"), offer.held)]
    for name, channel in (spec.given_channels or {}).items():
        found += [
            (("channels", name, "consent"), channel.consent),
            (("channels", name, "prefer"), channel.prefer),
        ]
    found += [(("exclude", index, "where"), rule.where) for index, rule in enumerate(spec.exclude)]
    found += [
        (("policy", index, "where"), rule.where)
        for index, rule in enumerate(spec.policy)
        if rule.source is None
    ]
    return ((path, text) for path, text in found if text is not None)


def conditions_of(spec: Campaign) -> list[tuple[str, str]]:
    """Every condition over features: (what it is for, its text)."""
    words = {"consent": "consent", "eligible": "eligible", "held": "held", "prefer": "prefer"}
    return [(words.get(str(path[-1]), "exclude"), text) for path, text in _conditions(spec)]


def _named(spec: Campaign) -> Iterator[tuple[Path_, str]]:
    """Every feature that a file shows or that capacity counts by, and where it stands."""
    for index, name in enumerate(spec.export.columns):
        yield ("export", "columns", index), name
    if spec.capacity.by is not None:
        yield ("capacity", "by", "feature"), spec.capacity.by.feature
    if spec.sellers is not None and spec.sellers.by is not None:
        yield ("sellers", "by"), spec.sellers.by


def shown_features(spec: Campaign) -> list[str]:
    """The features that the list shows or that capacity and sellers are counted by, each once."""
    return list(dict.fromkeys(name for _, name in _named(spec)))
