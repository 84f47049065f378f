"""A pipeline's `monitor:` stanza: each fault is told at its line."""

from __future__ import annotations

import pytest

HEAD = """\
pipeline: q
kind: propensity
population: {as_of: monthly, from: 2025-01-31}
target: {source: holdings, outcome: 60d}
monitor:
"""


@pytest.mark.parametrize(
    ("stanza", "says"),
    [
        (
            "  alerts:\n    features: psi_over_0.25 > 2\n    feeds: stale_source > 0\n",
            "pipelines/q.yaml:8: monitor.alerts.feeds: 'stale_source' is no count. Did you mean 'stale_sources'?",
        ),
        ("  alerts: {feature: never}\n", "pipelines/q.yaml:6: monitor.alerts.feature:"),
        ("  marks:\n    calibration: 0.8\n", "pipelines/q.yaml:7: monitor.marks.calibration:"),
        ("  marks: {calibraton: 1.2}\n", "unknown key 'calibraton'. Did you mean 'calibration'?"),
        (
            "  ignore: [txn_cont_30d]\n",
            "pipelines/q.yaml:6: monitor.ignore[0]: no feature is called 'txn_cont_30d'. Did you mean 'txn_count_30d'?",
        ),
    ],
)
def test_a_fault_is_told_at_its_line(told, stanza, says):
    (fault,) = told({"pipelines/q.yaml": HEAD + stanza})
    assert says in fault


def test_a_sound_stanza_is_read(opened):
    stanza = "  alerts: {features: psi_over_0.25 > 2, volume: never}\n  marks: {calibration: 1.5}\n  ignore: [txn_*]\n"
    read = opened({"pipelines/q.yaml": HEAD + stanza}).pipeline("q").monitor
    assert read.alerts == {"features": "psi_over_0.25 > 2", "volume": "never"}
    assert (read.marks.calibration, read.ignore) == (1.5, ("txn_*",))
