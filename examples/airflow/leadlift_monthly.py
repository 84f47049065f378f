"""leadlift by the month as an Airflow DAG: look at the data, tune, train, score, list, watch, measure.

Every task is one leadlift command. A task that is run again gives what is there already or the same anew, so that
retries and cleared tasks do no harm. Exit code 3 is an answer and not a fault: docs/orchestration.md says what
each task does with it.

Settings come from the environment of the worker: LEADLIFT_WORKSPACE, LEADLIFT_PIPELINE, LEADLIFT_CAMPAIGN,
LEADLIFT_OUTCOMES (a file that the call centre delivers), LEADLIFT_TRIALS, and the passwords that leadlift.yaml names.
"""

from __future__ import annotations

import os
import shlex
from datetime import datetime, timedelta

from airflow import DAG

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

WORKSPACE = os.environ.get("LEADLIFT_WORKSPACE", "/srv/bank")
PIPELINE = os.environ.get("LEADLIFT_PIPELINE", "term_deposit_response")
CAMPAIGN = os.environ.get("LEADLIFT_CAMPAIGN", "term_deposit_summer")
OUTCOMES = os.environ.get("LEADLIFT_OUTCOMES", "/srv/deliveries/answers.csv")

TRIALS = os.environ.get("LEADLIFT_TRIALS", "50")

# the first of the month, as Airflow writes it: a feature sees what happened before this day
AS_OF = "{{ data_interval_end | ds }}"


def command(words: str) -> str:
    """A leadlift command on the workspace; its JSON goes to the task's log."""
    return f"leadlift {words} --json --workspace {shlex.quote(WORKSPACE)}"


def or_goes_on(line: str) -> str:
    """A no of a gate (3) becomes 99, on which a BashOperator is skipped; any other code stays what it is."""
    return line + ' || { code=$?; [ "$code" -eq 3 ] && exit 99; exit "$code"; }'


with DAG(
    dag_id="leadlift_monthly",
    schedule="0 5 1 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["leadlift"],
) as dag:
    # broken data is mended by a person: no retry, and nothing below runs
    check = BashOperator(task_id="check", bash_command=command("check"), retries=0)
    tune = BashOperator(task_id="tune", bash_command=command(f"tune {PIPELINE} --trials {TRIALS}"))
    # champion when every gate says yes; when one says no the task is skipped and the old champion scores
    train = BashOperator(task_id="train", bash_command=or_goes_on(command(f"train {PIPELINE} --promote")))
    score = BashOperator(
        task_id="score",
        bash_command=command(f"score {PIPELINE} --as-of {AS_OF}"),
        trigger_rule="none_failed",
    )
    leads = BashOperator(
        task_id="leads", bash_command=command(f"leads write {CAMPAIGN} --as-of {AS_OF} --once")
    )
    # an alert is a failed task: whoever watches the DAG is told
    monitor = BashOperator(task_id="monitor", bash_command=command(f"monitor {PIPELINE}"), retries=0)
    outcomes = BashOperator(task_id="outcomes", bash_command=command(f"outcomes add {shlex.quote(OUTCOMES)}"))
    measure = BashOperator(task_id="measure", bash_command=command(f"measure {CAMPAIGN}"))

    check >> tune >> train >> score >> [leads, monitor]
    check >> outcomes >> measure
