"""The page of features: it stands alone, its links lead somewhere, its pictures have the sizes of the numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from leadlift.evaluation import FeatureProfile, Month, Strength
from leadlift.reports.catalogue import FeatureCard, LineageLine, UseLine, catalogue_page, pictures
from leadlift.reports.charts import Bars, area_mark, months_of_bars, months_of_columns, spark

MADE = date(2026, 7, 1)
VOID = {"meta", "input", "br", "path", "circle"}


def month(number, psi=0.0, missing=0.0):
    quantiles, shares = (1.0, 2.0, 5.0, 12.0, 20.0, 31.0, 40.0), (0.5, 0.25, 0.25 - missing)
    return Month(date(2026, number, 1), 1000, missing, 12.5, 3.0, quantiles, shares, psi)


PROFILE = FeatureProfile(
    "number", 1000, ("0", "1", "2"), (month(5), month(6, 0.05, 0.1), month(7, 0.3)), 3, 0.5, "", 0.02, MADE, {},
    (Strength("fund_purchase", 800, 60, 0.41, 0.35, 0.47, "falling", 0.21, 0.08, "t"),),
)  # fmt: skip
CARD = FeatureCard(
    name="spend_30d",
    label="spending, last 30 days",
    unit="CNY",
    kind="number",
    subject="value",
    sources=("transactions",),
    window=30,
    definition="sum of -amount from transactions where amount < 0, last 30 days",
    description="",
    defined_at="feature_defs/value.yaml:3",
    said=("spends more than usual",),
    kept_out="",
    clocks=("transactions: a row counts when posted_at is before the as-of day",),
    lineage=(
        LineageLine(0, "feature", "spend_30d", "sum"),
        LineageLine(1, "column", "transactions.amount", "decimal"),
    ),
    uses=(UseLine("pipeline", "fund_purchase", "model"), UseLine("formula", "spend_trend", "part of")),
    used=True,
    twins=(("outflow_30d", "the same definition"),),
    profile=PROFILE,
    stale="",
)
OTHERS = (
    replace(CARD, name="outflow_30d", label="<script>alert(1)</script>", twins=(("spend_30d", "the same"),)),
    replace(CARD, name="spend_trend", uses=(), used=False, twins=(), profile=None),
    replace(CARD, name="sex", kept_out="protected", uses=(), used=False, twins=(), profile=None),
)


class Reader(HTMLParser):
    """What stands on the page: ids, links, and whether every element is closed by its own end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.cards: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
            self.cards[given["id"]] = given
        if tag == "a":
            self.links.append(given["href"])

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def page() -> str:
    return catalogue_page("my-bank", MADE, [CARD, *OTHERS])


def test_every_element_is_closed_every_id_is_one_and_every_link_leads_to_a_card(page):
    found = read(page)
    assert len(found.ids) == len(set(found.ids))
    assert {link for link in found.links if link.removeprefix("#") not in found.ids} == set()
    assert {"#f-outflow_30d", "#f-spend_30d", "#f-spend_trend"} <= set(found.links)


def test_the_page_asks_nothing_of_the_network(page):
    assert re.findall(r"(?:https?:)?//\w", page) == []
    assert re.findall(r"<(?:link|iframe|img)\b|@import|url\(", page) == []


def test_what_a_spec_says_is_text_and_never_markup(page):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_filters_and_sorting_read_what_each_card_says_of_itself(page):
    cards = read(page).cards
    assert cards["f-spend_30d"]["data-marks"] == "duplicate drifting used"
    assert cards["f-sex"]["data-marks"] == "unused hidden"
    assert (cards["f-spend_30d"]["data-psi"], cards["f-spend_30d"]["data-strength"]) == ("0.3000", "0.1300")
    assert "data-psi" not in cards["f-spend_trend"]
    assert "transactions.amount" in cards["f-spend_30d"]["data-q"]
    assert "fund_purchase" in cards["f-spend_30d"]["data-q"]


def test_a_feature_that_is_kept_out_has_no_pictures_and_says_why(page):
    card = page.partition('id="f-sex"')[2].partition("</details>")[0]
    assert "Kept out of models, reasons and lists: protected" in card
    assert "<svg" not in card


def test_a_page_of_two_hundred_features_stays_small():
    months = tuple(month(number, 0.01, 0.01) for number in range(1, 13))
    shares = tuple(0.0712 + place / 1000 for place in range(14))
    busy = replace(
        PROFILE,
        bins=tuple(f"{place}00 to {place + 1}00" for place in range(14)),
        months=tuple(replace(one, shares=shares) for one in months),
        strengths=PROFILE.strengths * 6,
    )
    cards = [
        replace(CARD, name=f"f{number}", profile=busy, twins=(), uses=CARD.uses[:1] * 6)
        for number in range(200)
    ]
    assert len(catalogue_page("my-bank", MADE, cards).encode()) < 3_000_000


def test_without_a_profile_the_page_asks_for_one():
    page = catalogue_page("my-bank", MADE, [OTHERS[1]])
    assert "run `leadlift features profile`" in page
    assert "<svg" not in page
    assert 'value="psi"' not in page


def heights(svg, kind):
    """The heights of all bars of a class, as the picture draws them."""
    return [
        float(up) for path in re.findall(rf'class="{kind}" d="([^"]+)"', svg) for up in re.findall(r"v-([\d.]+)", path)
    ]  # fmt: skip


def test_bars_are_as_high_as_the_shares_on_one_scale_for_all_dates():
    svg = months_of_bars([Bars("May", (0.5, 0.25), 0.0), Bars("June", (0.2, 0.3), 0.5)], "told")
    assert heights(svg, "b") == pytest.approx([62, 31, 25, 37])
    assert heights(svg, "m") == pytest.approx([62])
    assert 'aria-label="told"' in svg
    assert heights(spark((0.1, 0.2, 0.0)), "b") == pytest.approx([12, 24])


def test_a_column_that_reaches_the_first_mark_stands_out():
    svg = months_of_columns(["May", "June"], [0.05, 0.2], (0.1, 0.25), "told")
    assert (len(heights(svg, "b")), len(heights(svg, "m"))) == (1, 1)
    assert heights(svg, "m")[0] == pytest.approx(4 * heights(svg, "b")[0], abs=1)
    small = months_of_columns(["May", "June"], [0.0, 0.001], (), "told")
    assert max(heights(small, "b")) < 2


def test_an_area_stands_where_it_is_between_0_and_1():
    assert 'cx="112"' in area_mark(0.75, 0.7, 0.8)
    assert 'd="M105 8H120"' in area_mark(0.75, 0.7, 0.8)


def test_pictures_are_only_of_what_there_is():
    assert [title for title, _ in pictures(PROFILE)] == [
        "Distribution", "PSI against the first date", "Median, middle 50 % and 90 %", "Missing",
    ]  # fmt: skip
    single = replace(PROFILE, months=PROFILE.months[:1])
    assert [title for title, _ in pictures(single)] == ["Distribution"]
    unknown = replace(PROFILE, months=tuple(replace(one, quantiles=()) for one in PROFILE.months))
    assert "Median, middle 50 % and 90 %" not in [title for title, _ in pictures(unknown)]
