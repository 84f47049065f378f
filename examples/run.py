"""Run every example: link its data, check, train (the random split with five seeds), and print the numbers.

The data is found through LEADLIFT_DATA, by default ../shared/data seen from the repository's root.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from leadlift.cli.main import main

HERE = Path(__file__).parent
DATA = Path(os.environ.get("LEADLIFT_DATA", HERE.parent.parent / "shared" / "data")).resolve()
EXAMPLES = {
    "uci_bank_marketing": (
        "uci_bank_marketing",
        [["term_deposit"], *(["term_deposit_random", "--seed", str(s)] for s in range(1, 6))],
    ),
    "cdnow": ("cdnow", [["repurchase"], ["lapse"]]),
    "berka": ("berka_pkdd99", [["bad_loan"]]),
    "telco_churn": ("telco_churn", [["churn"]]),
    "hillstrom": ("hillstrom", [["womens_visit"]]),
}


def link(workspace: Path, source: Path) -> None:
    """Let `data` in the workspace lead to the data set."""
    if not source.is_dir():
        sys.exit(f"no {source}: set LEADLIFT_DATA to the folder that holds the data sets")
    place = workspace / "data"
    if place.is_symlink():
        place.unlink()
    place.symlink_to(source, target_is_directory=True)


def run(name: str) -> None:
    folder, trainings = EXAMPLES[name]
    link(HERE / name, DATA / folder)
    for words in [["check"], *(["train", *training] for training in trainings)]:
        print(f"\n$ leadlift {' '.join(words)}   (in examples/{name})", flush=True)
        code = main([*words, "--workspace", str(HERE / name)])
        if code:
            sys.exit(code)


if __name__ == "__main__":
    for example in sys.argv[1:] or EXAMPLES:
        run(example)
