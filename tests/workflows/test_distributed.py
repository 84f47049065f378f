"""A training by several processes: registered as any other, or, when one of them dies, not at all."""

from __future__ import annotations

import os
import signal

import pytest

from leadlift.specs import open_workspace
from leadlift.training import distributed
from leadlift.workflows.session import tracker_of

pytestmark = pytest.mark.slow


def test_a_dead_process_leaves_nothing_registered_and_the_same_command_then_trains(
    leadlift, starter, monkeypatch
):
    pipeline = starter / "pipelines/fund_purchase.yaml"
    pipeline.write_text(
        pipeline.read_text("utf-8") + "model: {distributed: {machines: 2}}\n", encoding="utf-8"
    )
    with monkeypatch.context() as patched:
        patched.setattr(distributed, "_wait", _kill_the_second(distributed._wait))
        said = leadlift("train", "fund_purchase", at=starter)
    assert said.code == 2
    assert "model.distributed: process 2 of 2 was killed by signal 9" in said.err
    assert said.err.count("\n") == 1
    assert versions(starter) == []
    assert leadlift("train", "fund_purchase", at=starter).code == 0
    assert versions(starter) == [1]


def _kill_the_second(true_wait):
    def wait(folder, members):
        os.kill(members[1][0].pid, signal.SIGKILL)
        return true_wait(folder, members)

    return wait


def versions(folder) -> list[int]:
    return [one.version for one in tracker_of(open_workspace(folder)).history("fund_purchase")]
