"""The draft as YAML, every inference beside its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadlift.drafting.readings import NA, FileReading
from leadlift.drafting.roles import Role
from leadlift.evaluation import limits

WIDE = 150
CASES, TO_SCORE = "cases", "to_score"


@dataclass(frozen=True)
class Table:
    """One file: where it lies as the workspace sees it, and how it is written.

    reading: its signs for numbers and times, where they are not the draft's.
    """

    path: str
    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    why: str = ""
    text: bool = False
    reading: FileReading | None = None


@dataclass(frozen=True)
class Draft:
    """All that the files say.

    columns, roles, spelt: by the column's name in the file, in its order. aside: columns that cannot be declared, with
    the reason. positives, rows: of the cases. clock: whether the rows are ordered in time. why_split: in words.
    consent: SQL over the columns, when the user gave it; without_consent: why it is not asked, likewise.
    """

    name: str
    pipeline: str
    kind: str
    made_by: str
    cases: Table
    reading: FileReading
    roles: Mapping[str, Role]
    spelt: Mapping[str, str]
    aside: Mapping[str, str]
    target: str
    positive: Sequence[str]
    allowed: Sequence[str]
    key: str | None
    key_unique: bool
    time: str | None
    out_of_time: bool
    why_split: str
    rows: int
    positives: int
    to_score: Table | None = None
    scored_rows: int = 0
    consent: str | None = None
    without_consent: str | None = None

    @property
    def campaign(self) -> str:
        """What the campaign is called."""
        return f"{self.pipeline}_list"


def workspace_text(draft: Draft) -> str:
    """leadlift.yaml: the file as a source, or two when another is to be scored."""
    head = [
        f"# Written by `{draft.made_by}`.",
        "# What was inferred stands beside its evidence. Read it, correct it, and delete the comments.",
        "# AUC alone: how well the column by itself ranks the target; 0.5 is a coin, whichever way it points.",
        f"name: {draft.name}",
        "sources:",
        *_source(draft, CASES, draft.cases, with_target=True),
    ]
    if draft.to_score is not None:
        head += _source(draft, TO_SCORE, draft.to_score, with_target=False)
    return "\n".join(head) + "\n"


def pipeline_text(draft: Draft) -> str:
    """The pipeline: the target, which columns stay out and why, and how the test is drawn."""
    out = [
        (draft.spelt[name], role)
        for name, role in draft.roles.items()
        if role.use == "out"
        and not role.pii
        and draft.reading.columns[name].type not in ("date", "timestamp")
    ]
    scored = f", score: {TO_SCORE}" if draft.to_score is not None else ""
    of_test, wanted = draft.positives // 5, int(limits()["positives"].minimum)
    lines = [
        f"# Train it: leadlift train {draft.pipeline}",
        f"pipeline: {_text(draft.pipeline)}",
        _said(f"kind: {draft.kind}", "response, propensity or churn: what the target means to you"),
        f"description: {_text(f'Chance that {draft.target} is ' + ' or '.join(draft.positive))}",
        f"population: {{table: {CASES}{scored}}}",
        _said(
            f"target: {{column: {_text(draft.spelt[draft.target])}, positive: {_listed(draft.positive)}}}",
            f"{draft.positives:,} of {draft.rows:,} rows, {draft.positives / max(1, draft.rows):.2%}",
        ),
        "features:",
        '  include: ["*"]',
        *(["  exclude:"] if out else ["  exclude: []"]),
        *(_said(f"    - {_text(name)}", role.why) for name, role in out),
        _said(f"split: {{{'out_of_time' if draft.out_of_time else 'random'}: 20%}}", draft.why_split),
        _said(
            "model: {ensemble: 5}",
            "five models learn from all rows and are merged; 1: one model, much sooner",
        ),
    ]
    if of_test < wanted:
        lines += [
            f"# the test will hold about {of_test} rows with yes; `promote` asks for {wanted} (`gates.min_positives`):",
            "# fewer say little. Bring more rows, or lower the gate here and say why.",
        ]
    return "\n".join(lines) + "\n"


def campaign_text(draft: Draft) -> str:
    """The campaign over the scored rows. Consent is never assumed: without any word of it nobody is contacted."""
    rows = draft.scored_rows or draft.rows - draft.positives
    lines = [
        f"# The lead list: leadlift leads {draft.campaign} --as-of YYYY-MM-DD --score",
        f"campaign: {draft.campaign}",
        f"pipeline: {_text(draft.pipeline)}",
        _said(f"offer: {{name: offer, label: {_text(draft.target)}}}", "what is offered, as sellers call it"),
        _said("channel: call", "how customers are contacted"),
        *_consent(draft),
    ]
    if draft.to_score is None:
        yes = ", ".join(_sql(word) for word in draft.positive)
        lines += [
            "# the rows learned from are scored themselves, so their chances flatter a little, and those who said yes",
            "# already are left out; give other rows with `--score-table`, or `score:` in the pipeline",
            "exclude:",
            "  - rule: yes_already",
            f"    where: {_text(f'{draft.spelt[draft.target]} in ({yes})')}",
        ]
    lines.append(_said(f"size: {max(1, rows // 10)}", f"a tenth of {rows:,} rows; what can you contact?"))
    return "\n".join(lines) + "\n"


def _consent(draft: Draft) -> list[str]:
    if draft.without_consent:
        return [
            _said(f"without_consent: {_text(draft.without_consent)}", "chosen by hand: consent is not asked")
        ]
    if draft.consent:
        return [_said(f"consent: {_text(draft.consent)}", "unknown counts as no")]
    return [
        "# No consent source was given, and none is assumed: with `false` nobody may be contacted. Name a column that",
        "# says who agreed, such as `consent: opt_in = 'yes'`; or, where the list needs none, replace the line by",
        "# `without_consent: the reason`, which is told in every list.",
        'consent: "false"',
    ]


def _source(draft: Draft, name: str, table: Table, *, with_target: bool) -> list[str]:
    lines = [f"  {name}:", f"    path: {_text(table.path)}", "    kind: flat"]
    if table.text:
        lines.append("    " + _said(f"csv: {_csv(table.reading or draft.reading, table)}", table.why))
    if draft.key is not None:
        lines.append(
            "    " + _said(f"customer_key: {_text(draft.spelt[draft.key])}", draft.roles[draft.key].why)
        )
    else:
        lines.append(
            "    # no customer_key: each row counts as a customer and is called by its place in the file"
        )
    if draft.time is not None:
        lines.append(
            "    " + _said(f"event_time: {_text(draft.spelt[draft.time])}", draft.roles[draft.time].why)
        )
    lines.append("    columns:")
    for column, role in draft.roles.items():
        if role.use != "target" or with_target:
            lines.append("      " + _column(draft, column, role))
    for column, why in draft.aside.items():
        lines.append(f"      # {_plain(column)!r}: {why}")
    return lines


def _column(draft: Draft, column: str, role: Role) -> str:
    name, reading = draft.spelt[column], draft.reading.columns[column]
    parts = [f"type: {reading.type}"]
    if name != column:
        parts.append(f"from: {_text(column)}")
    if role.use == "target" and draft.allowed:
        parts.append(f"allowed: {_listed(draft.allowed)}")
    if role.use in ("key", "time"):
        parts.append("required: true")
    if role.use == "key" and draft.key_unique:
        parts.append("unique: true")
    if role.pii:
        parts.append("pii: true")
    if name != column and role.use == "feature":
        parts.append(f"description: {_text(column)}")
    told = "; ".join(
        part for part in (role.why, reading.why if role.use != "feature" else "", role.suggests) if part
    )
    return _said(f"{_text(name)}: {{{', '.join(parts)}}}", told)


def _csv(reading: FileReading, table: Table) -> str:
    parts = [f"delimiter: {json.dumps(table.delimiter)}"]
    if table.encoding != "utf-8":
        parts.append(f"encoding: {table.encoding}")
    if table.quote != '"':
        parts.append(f"quote: {json.dumps(table.quote)}")
    if reading.decimal != ".":
        parts.append(f"decimal: {json.dumps(reading.decimal)}")
    if reading.date_format:
        parts.append(f"date_format: {json.dumps(reading.date_format)}")
    if reading.timestamp_format:
        parts.append(f"timestamp_format: {json.dumps(reading.timestamp_format)}")
    if reading.na:
        parts.append(f"na: [{', '.join(json.dumps(word) for word in (*NA, *reading.na))}]")
    return f"{{{', '.join(parts)}}}"


def _said(line: str, why: str) -> str:
    """A line with its evidence behind it."""
    told = _plain(why)
    return f"{line}  # {told}" if told else line


def _plain(text: str) -> str:
    """Text for a comment: one line, and nothing that ends it."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()[:400]


def _text(text: str) -> str:
    """Text as YAML holds it, quoted unless it is a plain path or word."""
    if re.fullmatch(r"[A-Za-z/_.][\w/.-]*", text) and text.lower() not in (
        "yes", "no", "true", "false", "null", "on", "off", "y", "n", ".", "..",
    ):  # fmt: skip
        return text
    return json.dumps(text, ensure_ascii=False)


def _listed(words: Sequence[str]) -> str:
    quoted = [json.dumps(word, ensure_ascii=False) for word in words]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _sql(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
