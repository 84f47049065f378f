"""Write the pages that follow from the code: docs/commands.md and docs/specs.md. `make docs` runs this.

A test fails when a page differs from what this script would write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from spec_words import FILES, MISSING, STANZAS

from leadlift.cli.main import app_of

HERE = Path(__file__).parent
GENERATED = "<!-- Written by docs/build.py from the code: do not edit; run `make docs`. -->"


def main() -> None:
    """Write every generated page and name those that changed."""
    for name, text in pages().items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.name} written\n")


def pages() -> dict[str, str]:
    """File name -> text of each generated page."""
    return {"commands.md": commands_page(), "specs.md": specs_page()}


# ---------------------------------------------------------------- commands


def commands_page() -> str:
    """Every command with its usage, meaning, options and example, in the order of a modeller's day."""
    lines = [GENERATED, "", "# Commands", "", *_common(), ""]
    for name, command in commands(typer.main.get_command(app_of())):
        lines += [*_command(name, command), ""]
    return "\n".join(lines).rstrip() + "\n"


def commands(group: Any, before: str = "leadlift") -> Iterator[tuple[str, Any]]:
    """Each command and group of commands with its whole name, groups before their members."""
    for name, command in group.commands.items():
        whole = f"{before} {name}"
        yield whole, command
        if hasattr(command, "commands"):
            yield from commands(command, whole)


def _common() -> list[str]:
    return [
        "`-h` or `--help` after a command prints what stands here. `--workspace DIR` (`-w`) names the folder",
        "with `leadlift.yaml`; without it the current folder is meant. `--json` prints the result as JSON, alone",
        "on standard output; progress and messages go to standard error. Exit codes: [errors.md](errors.md).",
    ]


def _command(name: str, command: Any) -> list[str]:
    text, _, example = (command.help or "").partition("Example: ")
    lines = [f"## {name}"]
    for part in filter(str.strip, text.split("\n\n")):
        lines += ["", " ".join(part.split())]
    if hasattr(command, "commands"):
        return lines
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    lines += ["", "```", f"{name} {usage}", "```", ""]
    rows = [row for row in (p.get_help_record(context) for p in command.params if p.name != "help") if row]
    if rows:
        lines += ["| argument or option | meaning |", "|---|---|"]
        lines += [f"| `{_cell(_value_word(option))}` | {_cell(_day(meaning))} |" for option, meaning in rows]
        lines.append("")
    return [*lines, f"Example: `{example.strip()}`"]


def _value_word(option: str) -> str:
    return re.sub(r" <int( range)?>", " N", re.sub(r" <str>| <path>", "", option))


def _day(meaning: str) -> str:
    return meaning.replace(" 00:00:00", "").replace("(this folder)", "this folder")


# ------------------------------------------------------------------- specs


def specs_page() -> str:
    """Every key of every spec file: type, default, meaning."""
    lines = [GENERATED, "", "# Spec files", "", *_reading(), ""]
    for title, model, intro in FILES:
        lines += [f"## {title}", "", intro, "", *_keys(model), ""]
        for stanza in STANZAS[model]:
            lines += [f"### {stanza.__name__}", "", *_about(stanza), "", *_keys(stanza), ""]
    return "\n".join(lines).rstrip() + "\n"


def _reading() -> list[str]:
    return [
        "YAML, one problem or subject a file. An unknown key is a fault, so a misspelt one is never ignored.",
        "`leadlift check` tells every fault at once, with file and line. `leadlift schema` writes the same rules",
        "as JSON Schema, for editors. Only `true` and `false` are truths: `yes` and `no` are text.",
        "",
        "Days are written `30d`, shares `20%` or `0.2`. *SQL* is an expression of the kind that",
        "[functions.md](functions.md) describes. **A key in bold must be given.**",
    ]


def _about(stanza: type[BaseModel]) -> list[str]:
    return [" ".join(part.split()) for part in (stanza.__doc__ or "").split("\n\n")]


def _keys(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema(by_alias=True)
    required = set(schema.get("required", ()))
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        facts = schema["properties"][key]
        shown = f"**`{key}`**" if key in required else f"`{key}`"
        kind = _type(facts, schema)
        default = "" if key in required else _default(field.get_default(call_default_factory=True), kind)
        meaning = field.description or MISSING.get((model, key), "")
        lines.append(f"| {shown} | {kind} | {default} | {_cell(meaning)} |")
    return lines


def _default(value: object, kind: str) -> str:
    if value is None or value == "" or value == {} or value == ():
        return ""
    if kind in ("days", "share"):
        return f"`{value}d`" if kind == "days" else f"`{float(str(value)):.0%}`"
    if isinstance(value, BaseModel):
        given = value.model_dump(exclude_unset=True)
        return f"`{given}`".replace("'", "") if given else "see below"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(str(one) or repr('') for one in value)}]`"
    return f"`{value}`"


def _type(facts: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The type of a key in words, from its JSON Schema."""
    if "$ref" in facts:
        name = facts["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in facts:
        kinds = [_type(one, schema) for one in facts["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in facts or "enum" in facts:
        values = facts.get("enum", [facts.get("const")])
        return " \\| ".join(f"`{str(value)!r}`".replace("'", "") for value in values)
    if "properties" not in facts and facts.get("type") == "array":
        return _list(facts, schema)
    if facts.get("type") == "object":
        more = facts.get("additionalProperties") or next(
            iter(facts.get("patternProperties", {}).values()), None
        )
        return f"map of name to {_type(more, schema)}" if isinstance(more, Mapping) else "map"
    return _plain(facts)


def _list(facts: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "prefixItems" in facts:
        return "[low, high]"
    return f"list of {_type(facts['items'], schema)}"


def _plain(facts: Mapping[str, Any]) -> str:
    examples = facts.get("examples") or [""]
    if examples == ["30d"]:
        return "days"
    if examples[0] == "20%":
        return "share"
    if examples[0] == 0:
        return "number or date"
    if isinstance(facts.get("type"), list):
        return "text"
    if facts.get("minLength") == 1:  # of all texts only expressions may not be empty
        return "SQL"
    word = {"integer": "whole number", "number": "number", "boolean": "truth"}.get(
        facts.get("type", ""), "text"
    )
    word = "date" if facts.get("format") == "date" else word
    ends = [f"from {facts['minimum']:g}"] if "minimum" in facts else []
    ends += [f"above {facts['exclusiveMinimum']:g}"] if "exclusiveMinimum" in facts else []
    ends += [f"to {facts['maximum']:g}"] if "maximum" in facts else []
    return " ".join([word, *ends])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
