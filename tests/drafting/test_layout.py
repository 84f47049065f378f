"""How files are written is recognised from their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadlift.drafting import layout_of
from leadlift.errors import UserError


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(("sign", "word"), [(",", ","), (";", ";"), ("\t", "tab"), ("|", "|")])
def test_the_delimiter_is_the_one_that_divides_every_line_alike(tmp_path, sign, word):
    lines = [["id", "name, first", "amount"], ["1", "a, b", "1.5"], ["2", "c", "2"]]
    text = "\n".join(sign.join(f'"{one}"' if "," in one else one for one in line) for line in lines)
    found = layout_of(written(tmp_path, text))
    assert (found.delimiter, found.names) == (word, ("id", "name, first", "amount"))


def test_decimal_commas_do_not_pass_for_delimiters(tmp_path):
    found = layout_of(written(tmp_path, "id;amount;rate\n1;1,5;0,25\n2;3,75;1,5\n"))
    assert (found.delimiter, found.names) == (";", ("id", "amount", "rate"))


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("名字,城市\n张三,上海\n李四,北京\n", "gb18030", "gb18030"),
        ("namn,stad\nPelle,Malmö\nÅsa,Göteborg\n", "cp1252", "cp1252"),
        ("name,city\nMüller,Köln\n", "utf-8-sig", "utf-8-sig"),
        ("name,city\nMüller,Köln\n", "utf-8", "utf-8"),
        ("name,city\nMüller,Köln\n", "utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_one_in_which_the_names_can_be_read(tmp_path, text, encoding, found):
    layout = layout_of(written(tmp_path, text, encoding))
    assert layout.encoding == found
    assert list(layout.names) == text.splitlines()[0].split(",")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("one\n1\n2\n", "no delimiter"),
        ("a,b\n", "a line of names and no rows"),
        ("1,2\n3,4\n", "the first line holds numbers"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, text, why):
    with pytest.raises(UserError, match=why):
        layout_of(written(tmp_path, text))
