"""Random histories and definitions: late, corrected, doubled and empty rows, month ends and leap days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from .building import source
from .oracle import Definition, months_before

AS_OF = (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31))
WINDOWS = (1, 30, 90)

# days that lie near the edges of what the as-of dates can see
EDGES = sorted(
    {day - timedelta(days=back) for day in AS_OF for back in (-1, 0, 1, 2, 3, 30, 31, 90, 91)}
    | {months_before(day, months) for day in AS_OF for months in (1, 2)}
)
DAYS = st.sampled_from(EDGES)
TIMES = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day) + timedelta(minutes=minutes),
    DAYS,
    st.sampled_from([0, 1, 720, 1439]),
)
CENTS = st.integers(-300, 300).map(lambda cents: cents / 4)


def maybe(values):
    """One in eight is not known."""
    return st.integers(0, 7).flatmap(lambda chance: values if chance else st.none())


def table(declared, **columns):
    """A source, and rows of it for ann, bob and nobody."""
    who = st.sampled_from([*["ann"] * 7, "bob", None])
    facts = st.lists(st.fixed_dictionaries({"customer_id": who, **columns}), min_size=1, max_size=24)
    # some rows stand there twice, alike in every column
    doubled = st.tuples(facts, st.integers(0, 2)).map(lambda drawn: [*drawn[0], *drawn[0][: drawn[1]]])
    return st.tuples(st.just(declared), doubled)


@st.composite
def events(draw):
    """Events with every mixture of keys and knowledge."""
    known = draw(
        st.sampled_from(
            [{}, {"available_after": "1d"}, {"available_after": "3d"}, {"available_at": "loaded"}]
        )
    )
    key = draw(st.sampled_from([{}, {"key": "txn"}, {"key": ("customer_id", "txn")}]))
    columns = "customer_id:string txn:string at:timestamp loaded:timestamp amount:decimal channel:string"
    declared = source("events", columns, event_time="at", **known, **key)
    return draw(
        table(
            declared,
            txn=st.sampled_from(["1", "2", "3", "4", "5", None]),
            at=maybe(TIMES),
            loaded=maybe(TIMES),
            amount=maybe(CENTS),
            channel=maybe(st.sampled_from(["app", "web"])),
        )
    )


# instants around the nights in which clocks are put forward and back, and around local midnights
NIGHTS = {
    "Europe/Berlin": (datetime(2024, 3, 30, 22), datetime(2024, 10, 26, 21)),
    "America/New_York": (datetime(2024, 3, 10, 4), datetime(2024, 11, 3, 3)),
    "Australia/Lord_Howe": (datetime(2024, 4, 6, 12), datetime(2024, 10, 5, 12)),
    "Asia/Shanghai": (datetime(2024, 2, 28, 14), datetime(2024, 3, 30, 14)),
}


@st.composite
def zoned_events(draw):
    """A zone, events whose times are instants, written down in UTC, and as-of dates around them."""
    zone = draw(st.sampled_from(sorted(NIGHTS)))
    known = draw(st.sampled_from([{}, {"available_after": "1d"}, {"available_at": "loaded"}]))
    columns = "customer_id:string txn:string at:timestamp loaded:timestamp amount:decimal channel:string"
    declared = source("events", columns, event_time="at", key="txn", **known)
    instants = st.builds(
        lambda night, minutes: night + timedelta(minutes=minutes),
        st.sampled_from(NIGHTS[zone]),
        st.sampled_from([0, 1, 59, 60, 119, 120, 121, 179, 180, 239, 240, 300, 360, 420]),
    )
    days = sorted({night.date() + timedelta(days=later) for night in NIGHTS[zone] for later in (0, 1, 2)})
    rows = table(
        declared,
        txn=st.sampled_from(["1", "2", "3", "4", "5", "6", "7"]),
        at=maybe(instants),
        loaded=maybe(instants),
        amount=maybe(CENTS),
        channel=maybe(st.sampled_from(["app", "web"])),
    )
    return zone, days, *draw(rows)


@st.composite
def snapshots(draw):
    """Snapshots, known at once or days later."""
    known = draw(st.sampled_from([{}, {"available_after": "3d"}]))
    declared = source("snapshots", "customer_id:string at:date amount:number", event_time="at", **known)
    return draw(table(declared, at=maybe(DAYS), amount=maybe(CENTS)))


@st.composite
def intervals(draw):
    """Holdings that open, close and were told of late."""
    known = draw(
        st.sampled_from([{}, {"available_after": "2d"}, {"available_at": "loaded", "key": "account"}])
    )
    columns = "customer_id:string account:string at:date ended:date loaded:date due:date amount:decimal channel:string"
    declared = source("intervals", columns, valid_from="at", valid_to="ended", **known)
    return draw(
        table(
            declared,
            account=st.sampled_from(["1", "2", "3"]),
            at=maybe(DAYS),
            ended=maybe(DAYS),
            loaded=maybe(DAYS),
            due=maybe(DAYS),
            amount=maybe(CENTS),
            channel=maybe(st.sampled_from(["app", "web"])),
        )
    )


@st.composite
def attributes(draw):
    """Attributes with a history of their own or a day of joining."""
    clocks = draw(
        st.sampled_from(
            [{"since": "at"}, {"valid_from": "at", "valid_to": "ended"}, {"valid_from": "at", "key": "txn"}]
        )
    )
    known = draw(st.sampled_from([{}, {"available_after": "2d"}]))
    columns = "customer_id:string txn:string at:date ended:date amount:number channel:string"
    declared = source("attributes", columns, **clocks, **known)
    return draw(
        table(
            declared,
            txn=st.sampled_from(["1", "2"]),
            at=maybe(DAYS),
            ended=maybe(DAYS),
            amount=maybe(CENTS),
            channel=maybe(st.sampled_from(["app", "web"])),
        )
    )


AMOUNTS = (
    ("amount", lambda row: row["amount"]),
    ("-amount * 2", lambda row: None if row["amount"] is None else -row["amount"] * 2),
    ("coalesce(amount, 1)", lambda row: 1 if row["amount"] is None else row["amount"]),
)
TEXTS = (("channel", lambda row: row.get("channel")),)
CONDITIONS = (
    (None, None),
    ("amount > 0", lambda row: None if row["amount"] is None else row["amount"] > 0),
    ("amount is null", lambda row: row["amount"] is None),
    ("days_between(at, as_of) <= 30", lambda row: (row["as_of"] - _day(row["at"])).days <= 30),
    ("not (amount <= 10)", lambda row: None if row["amount"] is None else not row["amount"] <= 10),
)
ENDED = ("ended is not null", lambda row: row["ended"] is not None)


def _day(value):
    return value.date() if isinstance(value, datetime) else value


def _defined(draw, agg, of, conditions, **more):
    text, of = draw(st.sampled_from(of)) if of else (None, None)
    condition, where = draw(st.sampled_from(conditions))
    stanza = {
        "agg": agg,
        **({"of": text} if text else {}),
        **({"where": condition} if condition else {}),
        **more,
    }
    return Definition(stanza, of, where)


def _windowed(draw, definition):
    days = draw(st.sampled_from([None, *WINDOWS]))
    windows = [] if days is None else [f"{days}d"]
    return Definition({**definition.stanza, "windows": windows}, definition.of, definition.where, days)


NUMBERS = ("sum", "mean", "min", "max", "std", "last", "first", "distinct")
BARE = ("count", "days_since_last", "days_since_first")


@st.composite
def event_definitions(draw, texts=True):
    agg = draw(st.sampled_from((*NUMBERS, *BARE)))
    of = (
        ()
        if agg in BARE
        else AMOUNTS + (TEXTS if texts and agg in ("last", "first", "distinct", "min") else ())
    )
    return _windowed(draw, _defined(draw, agg, of, CONDITIONS))


@st.composite
def snapshot_definitions(draw):
    agg = draw(st.sampled_from(["value_ago", "change", "slope", "other"]))
    if agg == "other":
        return draw(event_definitions(texts=False))
    if agg == "slope":
        return _windowed(draw, _defined(draw, "slope", AMOUNTS, CONDITIONS))
    return _defined(draw, agg, AMOUNTS, CONDITIONS, months=draw(st.sampled_from([1, 2])))


@st.composite
def interval_definitions(draw):
    conditions = (*CONDITIONS, ENDED)
    agg = draw(st.sampled_from(["holds", "held_count", "days_held", "days_to_end", "other", "other"]))
    if agg == "days_to_end":
        return _defined(
            draw, agg, [("due", lambda row: row["due"]), ("ended", lambda row: row["ended"])], conditions
        )
    if agg != "other":
        return _defined(draw, agg, (), conditions)
    agg = draw(st.sampled_from((*NUMBERS, *BARE)))
    of = () if agg in BARE else AMOUNTS
    on = draw(st.sampled_from(["held", "opened", "closed"]))
    made = _defined(draw, agg, of, conditions, on=on)
    return made if on == "held" else _windowed(draw, made)


@st.composite
def attribute_definitions(draw):
    conditions = [one for one in CONDITIONS if "as_of" not in (one[0] or "")]
    return _defined(draw, "value", AMOUNTS + TEXTS, conditions)
