"""What `probability` means is said in the language of the workspace, for every kind of model."""

from __future__ import annotations

import pytest

from leadlift.leads.words import WORDS
from leadlift.workflows.wording import ADDED, AMOUNT, CHANCE, MONEY


@pytest.mark.parametrize("words", [ADDED, AMOUNT, MONEY])
def test_what_replaces_the_usual_meaning_is_there_in_every_language(words):
    assert words.meaning_in("en") == words.meaning
    chinese = words.meaning_in("zh")
    assert sum("\u4e00" <= sign <= "\u9fff" for sign in chinese) > 10


def test_a_chance_keeps_the_meaning_that_stands_in_the_files():
    assert CHANCE.meaning_in("en") is None
    assert CHANCE.meaning_in("zh") is None


@pytest.mark.parametrize("words", [ADDED, AMOUNT])
def test_a_list_calls_what_is_added_by_its_name(words):
    for language in ("en", "zh"):
        named = words.facts(language)
        assert {*named} <= {*WORDS[language].facts}
        assert named["expected_responders"] != WORDS[language].facts["expected_responders"]
    assert all("新增" in name for name in words.facts("zh").values())
    assert CHANCE.facts("en") == {}
