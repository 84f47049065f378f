"""leadlift features list, show, profile, catalogue and preview, through the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DAY = "2026-06-30"
IDLE = """subject: value
source: transactions
windows: [30d]
features:
  idle_sum: {agg: sum, of: "0 - amount", label: nobody wants me}
  idle_sum_turned: {agg: sum, of: amount}
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory) -> Path:
    """The starter over 500 customers, its pipeline leaving two features out. Read only but for its reports."""
    from ..workspaces import make_starter

    folder = tmp_path_factory.mktemp("features") / "bank"
    make_starter(folder, customers=500)
    (folder / "feature_defs/idle.yaml").write_text(IDLE, encoding="utf-8")
    spec = folder / "pipelines/fund_purchase.yaml"
    text = spec.read_text("utf-8")
    assert "  exclude: [" in text
    spec.write_text(text.replace("  exclude: [", '  exclude: ["idle_*", '), encoding="utf-8")
    return folder


def names(said) -> set[str]:
    return {row["feature"] for row in said.json}


def test_the_list_is_narrowed_by_source_words_and_use(leadlift, mine):
    every = names(leadlift("features", "list", "--json", at=mine))
    assert names(leadlift("features", "list", "--unused", "--json", at=mine)) == {
        "idle_sum_30d",
        "idle_sum_turned_30d",
        "standing",
    }
    assert names(leadlift("features", "list", "--search", "Nobody me", "--json", at=mine)) == {"idle_sum_30d"}
    of_source = names(leadlift("features", "list", "--source", "transactions", "--json", at=mine))
    assert {"spending_trend", "idle_sum_30d"} <= of_source < every
    assert "age" not in of_source


def test_a_source_that_is_not_there_is_told_with_the_nearest(leadlift, mine):
    said = leadlift("features", "list", "--source", "transaction", at=mine)
    assert (said.code, said.err) == (2, "error: no source 'transaction'. Did you mean 'transactions'?\n")


def test_duplicates_are_listed_with_their_twins(leadlift, mine):
    said = leadlift("features", "list", "--duplicates", at=mine)
    assert (said.out.splitlines()[-1], "idle_sum_turned_30d:" in said.out) == ("2 features", True)
    rows = {row["feature"]: row["duplicates"] for row in leadlift("features", "list", "--json", at=mine).json}
    assert rows["idle_sum_30d"] == {"idle_sum_turned_30d": "the same definition, its sign turned"}
    assert rows["age"] == {}


def test_the_list_opens_no_data_and_loads_no_engine(mine):
    look = (
        "import sys\nfrom leadlift.cli.main import main\n"
        f"main(['features', 'list', '--workspace', {str(mine)!r}])\n"
        "print('heavy:', {'duckdb', 'pandas', 'lightgbm', 'mlflow', 'sklearn', 'matplotlib'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "heavy: set()"


def test_show_draws_the_tree_down_to_columns_and_the_clocks(leadlift, mine):
    said = leadlift("features", "show", "spending_trend", at=mine).out
    assert "clock: transactions: a row counts when posted_at is before the as-of day" in said
    lines = said.splitlines()
    tree = lines[lines.index("made of:") + 1 :][:3]
    assert [len(line) - len(line.lstrip()) for line in tree] == [2, 4, 6]
    assert tree[2].startswith("      transactions.")
    assert "used by: fund_purchase" in lines


def test_of_a_protected_feature_show_tells_the_definition_and_that_it_is_not_looked_at(leadlift, starter):
    attributes = starter / "feature_defs/attributes.yaml"
    text = attributes.read_text("utf-8")
    attributes.write_text(text.replace("  region:", "  sex: {agg: value, of: gender}\n  region:"), "utf-8")
    said = leadlift("features", "show", "sex", at=starter).out
    assert "kept out: protected" in said
    assert "customers.gender (string, protected)" in said
    assert said.splitlines()[-1] == "profile: none; its values are not looked at"


def test_profile_then_show_then_catalogue_tell_the_same_numbers(leadlift, mine):
    before = leadlift("features", "show", "age", at=mine).out
    assert "profile: none yet. Run `leadlift features profile`" in before
    said = leadlift("features", "profile", "--months", "2", "--as-of", DAY, at=mine)
    assert said.code == 0
    assert said.out.splitlines()[-1].endswith(
        f"2 as-of dates from 2026-05-31 to {DAY}: {mine}/reports/feature_profile.json"
    )
    shown = leadlift("features", "show", "age", "--json", at=mine).json["profile"]
    assert [month["as_of"] for month in shown["months"]] == ["2026-05-31", DAY]
    assert f" {shown['months'][1]['quantiles'][3]:.4g} " in leadlift("features", "show", "age", at=mine).out
    written = leadlift("features", "catalogue", "--json", at=mine)
    assert (written.code, written.json["unused"], written.json["stale"]) == (0, 3, 0)
    assert written.json["profiled"] == written.json["features"]
    page = Path(written.json["path"]).read_text("utf-8")
    assert (
        f'data-psi="{max(month["psi"] for month in shown["months"]):.4f}"'
        in page.partition('id="f-age"')[2][:2000]
    )


def test_a_catalogue_without_profiles_is_written_and_says_what_is_wanting(leadlift, starter):
    said = leadlift("features", "catalogue", at=starter)
    assert said.code == 0
    assert said.err == "24 features have no pictures. Run `leadlift features profile`\n"
    assert (starter / "reports/features.html").is_file()


def test_profile_as_json_is_json_and_nothing_else(leadlift, mine):
    said = leadlift("features", "profile", "age", "--months", "1", "--json", at=mine)
    assert (said.code, said.err) == (0, "")
    assert list(said.json["features"]) == ["age"]


def test_a_preview_shows_rows_whose_values_add_up(leadlift, mine):
    row = next(
        found
        for number in range(1, 60)
        if (found := leadlift("features", "preview", "spending_90d", "--customer", f"{number:08d}", "--as-of", DAY,
                              "--limit", "1000", "--json", at=mine)).code == 0 and found.json["made"]["counted"] > 3
    )  # fmt: skip
    made = row.json["made"]
    assert sum(one["value"] for one in made["rows"]) == pytest.approx(made["value"])
    customer = row.json["customer"]
    said = leadlift("features", "preview", "spending_90d", "--customer", customer, "--as-of", DAY, "--all",
                    "--limit", "2", at=mine).out  # fmt: skip
    assert f"customer {customer} as of {DAY}" in said
    assert f"  {made['counted']} rows count, 2 listed (sum over all that count); left out: " in said
    assert "condition not met" in said


def test_a_preview_of_nobody_is_one_message(leadlift, mine):
    said = leadlift("features", "preview", "age", "--customer", "nobody", at=mine)
    assert (said.code, said.out, said.err) == (2, "", "error: no customer 'nobody' in source 'customers'\n")


def test_verify_proves_the_starter_s_features(leadlift, mine):
    said = leadlift("features", "verify", "--sample", "25", "--json", at=mine)
    assert said.code == 0, said.err
    proved = said.json
    assert proved["difference"] is None
    assert proved["pairs"] == 25
    assert proved["late"] > 5
    assert set(proved["values"]) == {"by SQL", "by tiles", "as built for everyone"}
    assert proved["values"]["by SQL"] == proved["values"]["by tiles"] == 25 * proved["features"]
