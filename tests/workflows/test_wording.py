"""What `probability` means is said in the language of the workspace, for every kind of model."""

from __future__ import annotations

import pytest

from leadlift.workflows.wording import ADDED, AMOUNT, CHANCE, MONEY


@pytest.mark.parametrize("words", [ADDED, AMOUNT, MONEY])
def test_what_replaces_the_usual_meaning_is_there_in_every_language(words):
    assert words.meaning_in("en") == words.meaning
    chinese = words.meaning_in("zh")
    assert sum("\u4e00" <= sign <= "\u9fff" for sign in chinese) > 10


def test_a_chance_keeps_the_meaning_that_stands_in_the_files():
    assert CHANCE.meaning_in("en") is None
    assert CHANCE.meaning_in("zh") is None
