"""Files that cannot be read as YAML at all, and YAML that means something else than it seems to."""

from __future__ import annotations

import pytest

HEAD = "subject: behaviour\nsource: transactions\nfeatures:\n"

CASES = {
    "a key given twice is told at its second line": (
        HEAD + "  a: {agg: count}\n  a: {agg: count}\n",
        ["5: features.a: the key 'a' is given twice"],
    ),
    "a bracket left open": (
        "subject: [behaviour\nsource: transactions\n",
        ["2: not valid YAML: expected ',' or ']', but got ':'"],
    ),
    "a colon too many": (
        "subject: behaviour: x\n",
        ["1: not valid YAML: mapping values are not allowed here"],
    ),
    "a quote left open is told at the last line": (
        'subject: "behaviour\nsource: x\n',
        ["2: not valid YAML: found unexpected end of stream"],
    ),
    "tabs": (
        "subject: behaviour\n\tsource: x\n",
        ["2: not valid YAML: found character '\\t' that cannot start any token"],
    ),
    "a template is not filled in": (
        "subject: {{ subject }}\n",
        ["1: not valid YAML: a key must be a word; a `{{ template }}` is not filled in here"],
    ),
    "an unknown alias": ("subject: *x\n", ["1: not valid YAML: found undefined alias 'x'"]),
    "an alias of itself": ("subject: &a [*a]\n", ["1: not valid YAML: an alias stands inside what it names"]),
    "a tag that would run code": (
        "subject: !!python/object:os.system x\n",
        [
            "1: not valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object:os.system'"
        ],
    ),
    "a day that does not exist": (
        "subject: x\nsource: 2025-02-30\n",
        ["2: not valid YAML: 2025-02-30 is not a date"],
    ),
    "a control character": (
        "subject: x\nsource: \x01\n",
        ["2: not valid YAML: the character '\\x01' is not allowed"],
    ),
    "two documents in a file": ("a: 1\n---\nb: 2\n", ["2: not valid YAML: but found another document"]),
    "an empty file": ("", ["1: the file is empty"]),
    "nothing but a comment": ("# later\n", ["1: the file is empty"]),
    "a list": ("- a\n", ["1: expected keys and values, such as `name: demo-bank`"]),
    "Latin-1": (
        "subject: b\xe9\n".encode("latin-1"),
        ["1: not UTF-8 text (byte 10); save the file as UTF-8"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_a_file_that_cannot_be_read(told, text, expected):
    assert told({"feature_defs/x.yaml": text}) == [f"feature_defs/x.yaml:{line}" for line in expected]


def test_a_file_with_another_suffix_is_told_rather_than_passed_over(told):
    assert told({"feature_defs/x.yml": "subject: behaviour\n"}) == [
        "feature_defs/x.yml: specs end in .yaml; rename the file, or it is not read"
    ]


def test_an_empty_leadlift_yaml_is_told_alone(told):
    assert told({"leadlift.yaml": ""}) == ["leadlift.yaml:1: the file is empty"]


def test_a_byte_order_mark_does_no_harm(told):
    assert told({"feature_defs/x.yaml": b"\xef\xbb\xbf" + HEAD.encode() + b"  a: {agg: count}\n"}) == []


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "n", "01", "12:30", "0x1f", "1_000"])
def test_words_that_older_yaml_reads_as_something_else_stay_words(written, opened, word):
    pipeline = (
        "pipeline: q\nkind: response\npopulation: {source: transactions}\n"
        f"target: {{column: channel, positive: {word}}}\n"
    )
    assert opened({"pipelines/q.yaml": pipeline}).pipelines["q"].target.positives == (word,)


def test_numbers_may_stand_for_the_words_they_are_written_as(opened):
    pipeline = (
        "pipeline: q\nkind: response\npopulation: {source: transactions}\n"
        "target: {column: channel, positive: [1, 2]}\n"
    )
    assert opened({"pipelines/q.yaml": pipeline}).pipelines["q"].target.positives == ("1", "2")
