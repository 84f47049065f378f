"""The crontab of the examples: times that exist, and command lines that run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import DAY
from .lines import leadlift_words, understood

FILE = Path(__file__).parents[2] / "examples" / "cron" / "leadlift.crontab"
# minute, hour, day of the month, month, day of the week: what each may be
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def entries() -> tuple[dict[str, str], list[tuple[list[str], str]]]:
    """The variables, and of every line its five fields and its command as the shell gets it."""
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]+=", line))
    jobs = [line.split(None, 5) for line in lines if not re.match(r"[A-Z]+=", line)]
    for *_, command in jobs:
        assert not re.search(r"(?<!\\)%", command), "a bare % ends the command"
    return variables, [(fields[:5], fields[5].replace(r"\%", "%")) for fields in jobs]


VARIABLES, JOBS = entries()


def valid(field: str, low: int, high: int) -> bool:
    """Whether cron knows such a field: numbers, ranges, lists and steps."""
    for part in field.split(","):
        found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", part)
        if found is None:
            return False
        ends = [int(one) for one in found.groups()[:2] if one is not None]
        if any(not low <= one <= high for one in ends) or ends != sorted(ends):
            return False
    return True


@pytest.mark.parametrize("field", ["60", "1-", "5-2", "*/0", "x", ""])
def test_a_wrong_minute_would_be_found(field):
    assert not valid(field, 0, 59)


@pytest.mark.parametrize(("fields", "command"), JOBS, ids=lambda told: "")
def test_every_line_has_five_valid_fields_and_a_real_command_that_speaks_json(fields, command):
    assert all(valid(one, *ends) for one, ends in zip(fields, RANGES, strict=True))
    told = re.sub(r"\$\(date [^)]*\)", DAY, command)
    for name, value in VARIABLES.items():
        told = told.replace(f"${name}", value)
    _, words = understood(leadlift_words(told))
    assert words["json"]
    assert str(words["workspace"]) == VARIABLES["BANK"]
    assert command.startswith(("flock $LOG/lock ", "flock -n $LOG/lock "))


def test_only_variables_that_are_set_are_used():
    used = {name for _, command in JOBS for name in re.findall(r"\$([A-Z]+)", command)}
    assert used <= set(VARIABLES)


@pytest.mark.slow
def test_the_lines_of_a_day_run_on_a_bank_and_leave_json(shell, bank, answers, tmp_path):
    for _, command in JOBS:
        if re.search(r"leadlift (tune|train|measure)", command):
            continue
        line = command.replace("term_deposit_summer", "fund_call")
        done = shell(line, BANK=str(bank), LOG=str(tmp_path), ANSWERS=str(answers))
        assert done.code in ((0, 3) if "monitor" in line else (0,)), (line, done.err)
        assert done.out == ""
    import json

    told = {path.stem: json.loads(path.read_text("utf-8")) for path in tmp_path.glob("*.json")}
    assert set(told) == {"check", "outcomes", "monitor", "leads"}
    assert told["leads"]["written"]
