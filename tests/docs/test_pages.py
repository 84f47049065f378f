"""What the pages show can be typed, followed and applied."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import pytest
import typer
import yaml

from leadlift.cli.main import app_of
from leadlift.specs.features import Feature
from leadlift.specs.segments import Segmentation

from .pages import PAGES, ROOT, blocks, inline, name_of, text_of

every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)
VERB = re.compile(r"^([a-z-]+):.*## ", re.M)


@cache
def root_command() -> Any:
    return typer.main.get_command(app_of())


def commands_in(text: str) -> list[str]:
    """Command lines in blocks, and those between backticks; usage lines are no examples."""
    lines = [line.partition(" #")[0].strip() for block in blocks(text) for line in block.splitlines()]
    return [
        line for line in (*lines, *inline(text)) if line.startswith("leadlift ") and "[OPTIONS]" not in line
    ]


def parse(line: str) -> None:
    """Find the command and let it read its arguments; one that is only named need not be complete."""
    command, words = root_command(), shlex.split(line)[1:]
    while words and hasattr(command, "commands"):
        _, command, words = command.resolve_command(command.context_class(command), list(words))
    if words and not hasattr(command, "commands"):
        command.make_context(line, words)


def anchors(text: str) -> set[str]:
    """The names under which a page's headings can be linked to."""
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@every_page
def test_every_command_line_shown_can_be_typed(page):
    for line in commands_in(page.read_text(encoding="utf-8")):
        try:
            parse(line)
        except Exception as error:
            pytest.fail(f"{name_of(page)}: {line}: {error!r}")


def test_command_lines_are_found_and_a_wrong_option_is_seen():
    assert "leadlift train fund_purchase" in commands_in(text_of("README.md"))
    with pytest.raises(Exception, match=r"(?i)no such option"):
        parse("leadlift train fund_purchase --sead 2")
    with pytest.raises(Exception, match=r"No such command .trian."):
        parse("leadlift trian fund_purchase")


@every_page
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        assert not anchor or anchor in anchors(place.read_text(encoding="utf-8")), target


def test_every_page_is_reached_from_the_index_or_is_the_index():
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages <= set(re.findall(r"\]\(([\w.-]+\.md)\)", text_of("docs/index.md")))


@every_page
def test_every_make_verb_exists(page):
    text = page.read_text(encoding="utf-8")
    lines = [*inline(text), *(line for block in blocks(text) for line in block.splitlines())]
    verbs = {match[1] for line in lines if (match := re.match(r"make ([a-z]+)$", line.strip()))}
    assert verbs <= set(VERB.findall(text_of("Makefile")))


def test_the_two_commands_of_the_readme_are_make_demo_and_make_test():
    assert blocks(text_of("README.md"))[0].split("\n")[:2] == ["make demo", "make test"]


@every_page
def test_no_page_speaks_of_one_machine(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])/(?:work|root|tmp|home|Users)\b", text) == []


@every_page
def test_yaml_shown_is_yaml(page):
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        assert isinstance(yaml.safe_load(block), dict)


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial-modeller.md", "docs/aggregations.md"])
def test_stanzas_shown_are_sound(page):
    stanzas = [stanza for block in blocks(text_of(page), "yaml") for stanza in yaml.safe_load(block).values()]
    assert stanzas
    for stanza in stanzas:
        Feature.model_validate(stanza)


def test_segment_files_shown_are_sound():
    shown = [yaml.safe_load(block) for block in blocks(text_of("docs/segments.md"), "yaml")]
    files = [one for one in shown if "segment" in one]
    assert files
    for one in files:
        Segmentation.model_validate(one)


def hunks() -> list[tuple[str, str]]:
    """File -> the lines that each hunk of a recipe expects to find there; new files expect nothing."""
    found = []
    for block in blocks(text_of("CONTRIBUTING.md"), "diff"):
        for part in re.split(r"^(?=--- )", block, flags=re.M)[1:]:
            file = re.findall(r"^\+\+\+ b/(.*)$", part, re.M)[0]
            for hunk in re.split(r"^@@ .*\n", part, flags=re.M)[1:]:
                old = "".join(line[1:] for line in hunk.splitlines(keepends=True) if line[0] in " -")
                found += [(file, old)] if "--- /dev/null" not in part else []
    return found


@pytest.mark.parametrize(("file", "old"), hunks(), ids=lambda text: text.strip().split("\n")[0][:40])
def test_the_recipes_still_fit_the_code(file, old):
    assert old.strip("\n") in text_of(file)
