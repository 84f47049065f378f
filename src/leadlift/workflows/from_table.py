"""leadlift init --from-table: a workspace from one file, every inference beside its evidence."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from leadlift.drafting import (
    Asked,
    Draft,
    campaign_text,
    pipeline_text,
    roles_of,
    spelled,
    spelled_all,
    workspace_text,
)
from leadlift.drafting.layout import Layout
from leadlift.drafting.pages import CASES, TO_SCORE, Table
from leadlift.drafting.roles import clocks_of, key_of
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.progress import SILENT, Progress
from leadlift.specs import FILE, Pipeline
from leadlift.specs.base import listed, nearest
from leadlift.workflows.init import STARTER
from leadlift.workflows.look_at_table import Looked, looked_at_table
from leadlift.workflows.raw_table import open_raw, signs_of
from leadlift.workflows.read_as_declared import made_readable

DRAFTED = ("response", "propensity", "churn")
"""Kinds of pipeline that one table and its target say enough for."""


@dataclass(frozen=True)
class Wishes:
    """What the user says of the table; what is None is inferred or left out."""

    table: Path
    target: str
    positive: tuple[str, ...] = ()
    key: str | None = None
    time: str | None = None
    score_table: Path | None = None
    consent: str | None = None
    without_consent: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Drafted:
    """What was written: the files, the pipeline and campaign in them, and what a person should look at first."""

    folder: Path
    files: tuple[Path, ...]
    pipeline: str
    campaign: str
    rows: int
    positives: int
    features: int
    key: str | None
    look_at: tuple[str, ...] = field(default=())


def init_from_table(folder: Path, wishes: Wishes, progress: Progress = SILENT) -> Drafted:
    """Look at the file, decide what each column is, and write the workspace; nothing is overwritten or copied.

    Raises UserError for what cannot be learned from, in words that say what to do.
    """
    if (folder / FILE).exists():
        raise UserError(f"{folder / FILE} exists already; name another folder")
    _refuse_missing(wishes)
    with tempfile.TemporaryDirectory() as cache:
        engine = DuckDbEngine(Path.cwd(), Path(cache))
        try:
            looked = looked_at_table(engine, wishes.table, wishes.target, wishes.positive or None, progress)
            draft = _draft(folder, wishes, looked)
            draft = _other_table(engine, folder, wishes, draft)
            draft = made_readable(engine, folder, {CASES: wishes.table, TO_SCORE: wishes.score_table}, draft)
        finally:
            engine.close()
    return _written(folder, draft, looked)


def _refuse_missing(wishes: Wishes) -> None:
    for path in filter(None, (wishes.table, wishes.score_table)):
        if not path.is_file():
            raise UserError(f"no file {path}")
        if re.search(r"[*?\[]", str(path.resolve())):
            raise UserError(
                f"{path}: a path with *, ? or [ is read as a pattern; rename the file or its folder"
            )
    if wishes.consent and wishes.without_consent:
        raise UserError("give --consent or --without-consent, not both")
    if not wishes.target:
        raise UserError("--from-table needs --target, the column to predict")
    if wishes.kind is not None and wishes.kind not in DRAFTED:
        kinds = get_args(Pipeline.model_fields["kind"].annotation)
        why = "is not drafted from a table" if wishes.kind in kinds else "there is no such kind"
        raise UserError(f"--kind {wishes.kind}: {why}; choose {listed(DRAFTED, 'or')}")


def _draft(folder: Path, wishes: Wishes, looked: Looked) -> Draft:
    positive = looked.positive
    key = _known(wishes.key, looked, "--key") or key_of(looked.facts, looked.readings, wishes.target)
    spelt = spelled_all(list(looked.facts), key)
    time, why_time = _clock(wishes, looked, spelt, key)
    asked = Asked(wishes.target, positive, key, time)
    roles = roles_of(looked.facts, looked.readings, spelt, asked, looked.samples)
    if key is not None and looked.facts[key].missing:
        missing = looked.facts[key].missing
        raise UserError(f"--key {key}: {missing:,} rows have no value; a key must name every row")
    out_of_time = time is not None and looked.one_sided_after(time) is None
    if time is not None and not out_of_time:
        why_time = f"random, since {looked.one_sided_after(time)}"
    unique = key is None or looked.facts[key].unique
    name = spelled(folder.resolve().name, "workspace").replace("_", "-")
    given = [f"--from-table {wishes.table.name}", f"--target {wishes.target}"]
    return Draft(
        name=name,
        pipeline=spelled(wishes.target, "target"),
        kind=wishes.kind
        or ("churn" if re.search(r"churn|attrit|lapse|exited", wishes.target.lower()) else "response"),
        made_by=f"leadlift init DIR {' '.join(given)}",
        cases=_table(folder, wishes.table, looked.layout),
        reading=looked.reading,
        roles=roles,
        spelt=spelt,
        aside=looked.aside,
        target=wishes.target,
        positive=positive,
        allowed=looked.classes if len(looked.classes) <= 20 else (),
        key=key,
        key_unique=unique,
        time=time,
        out_of_time=out_of_time,
        why_split=why_time,
        rows=looked.known,
        positives=looked.positives,
        consent=wishes.consent,
        without_consent=wishes.without_consent,
    )


def _known(name: str | None, looked: Looked, option: str) -> str | None:
    if name is not None and name not in looked.facts:
        why = looked.aside.get(name) or f"there is no such column.{nearest(name, looked.facts)}"
        raise UserError(f"{option} {name}: {why}")
    return name


def _clock(
    wishes: Wishes, looked: Looked, spelt: Mapping[str, str], key: str | None
) -> tuple[str | None, str]:
    """The column that orders the rows in time, and in words how the test is drawn."""
    later = "the later rows are the test"
    if (time := _known(wishes.time, looked, "--time")) is not None:
        if looked.readings[time].type not in ("date", "timestamp"):
            raise UserError(f"--time {time} is read as {looked.readings[time].type}; a date is needed")
        if looked.facts[time].missing:
            raise UserError(f"--time {time}: {looked.facts[time].missing:,} rows have no date")
        return time, f"{later}, by {spelt[time]}"
    found = [
        name for name in clocks_of(looked.facts, looked.readings, spelt) if name not in (key, wishes.target)
    ]
    if len(found) == 1:
        return found[
            0
        ], f"{later}, by {spelt[found[0]]}, the one column of dates; is it the day of the row itself?"
    if found:
        names = listed(spelt[name] for name in found)
        return (
            None,
            f"random, since {names} all hold dates: say with --time which is the day of the row itself",
        )
    return None, (
        "random, since no column tells the time: a test later than what was learned from is harder and more honest; "
        "where the rows stand in the order of time, write `row_order: time` in leadlift.yaml and out_of_time here"
    )


def _table(folder: Path, path: Path, layout: Layout | None) -> Table:
    near = os.path.relpath(path.resolve(), folder.resolve())
    place = near if near.count("..") <= 2 else str(path.resolve())
    if layout is None:
        return Table(place)
    return Table(place, layout.encoding, layout.delimiter, layout.quote, layout.why, text=True)


def _other_table(engine: DuckDbEngine, folder: Path, wishes: Wishes, draft: Draft) -> Draft:
    """The rows to score, which must hold what the model will ask for."""
    if wishes.score_table is None:
        return draft
    other = open_raw(engine, wishes.score_table, "to_score_raw")
    wanted = [name for name, role in draft.roles.items() if role.use in ("feature", "key", "time")]
    if gone := [name for name in wanted if name not in other.names]:
        raise UserError(f"--score-table {wishes.score_table} has no {listed(gone)}")
    rows = other.rows(engine)
    if draft.key is not None and other.distinct(engine, draft.key) != rows:
        raise UserError(f"--score-table {wishes.score_table}: {draft.key} must be different in every row")
    there = {name: role for name, role in draft.roles.items() if name in other.names or role.use == "target"}
    table = _table(folder, wishes.score_table, other.layout)
    if table.text:
        table = replace(table, reading=signs_of(engine, other, draft.reading))
    return replace(draft, roles=there, to_score=table, scored_rows=rows)


def _written(folder: Path, draft: Draft, looked: Looked) -> Drafted:
    features = sum(role.use == "feature" for role in draft.roles.values())
    if features == 0:
        told = "; ".join(f"{name}: {role.why}" for name, role in draft.roles.items() if role.use == "out")
        raise UserError(f"no column is left that a model could learn from: {told}")
    texts = {
        f"pipelines/{draft.pipeline}.yaml": pipeline_text(draft),
        f"pipelines/campaigns/{draft.campaign}.yaml": campaign_text(draft),
        ".gitignore": (STARTER / "gitignore").read_text(encoding="utf-8"),
        FILE: workspace_text(draft),  # last: a folder with it is a whole workspace
    }
    if taken := [name for name in texts if (folder / name).exists()]:
        raise UserError(f"{folder} holds {taken[0]} already; name another folder")
    files = tuple(write_text(folder / name, text) for name, text in texts.items())
    return Drafted(
        folder=folder,
        files=files,
        pipeline=draft.pipeline,
        campaign=draft.campaign,
        rows=draft.rows,
        positives=draft.positives,
        features=features,
        key=draft.key,
        look_at=tuple(_to_look_at(draft)),
    )


def _to_look_at(draft: Draft) -> list[str]:
    """What a person should decide before anything is trusted."""
    told = [f"{name!r}: {why}" for name, why in draft.aside.items()]
    for name, role in draft.roles.items():
        if role.use == "out" or role.suggests or role.pii:
            told.append(f"{draft.spelt[name]}: {role.suggests or role.why}")
    if draft.key is None:
        told.append(
            "no key: each row counts as a customer, called by its place in the file; name one with --key"
        )
    elif not draft.key_unique and draft.to_score is None:
        told.append(
            f"{draft.spelt[draft.key]} repeats: give the rows to score, one a customer, with --score-table"
        )
    if not draft.consent and not draft.without_consent:
        told.append("no consent source was given: `leads` will contact nobody until the campaign names one")
    return told
