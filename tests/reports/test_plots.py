from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from leadlift.reports import FeatureLine, canvas, plots
from leadlift.reports.canvas import in_room


def size_of(svg: bytes) -> tuple[float, float]:
    """Width and height in points, from the picture's own root; whatever is drawn, it is well formed."""
    root = ElementTree.fromstring(svg.decode())
    return float(root.attrib["width"].removesuffix("pt")), float(root.attrib["height"].removesuffix("pt"))


def every_plot(card, bins, months) -> dict[str, bytes]:
    x = np.linspace(0, 1, 21)
    rng = np.random.default_rng(0)
    chance = rng.beta(1, 30, 2_000)
    return {
        "gains": plots.gains_plot(x, x**0.4, x**0.6),
        "lift": plots.lift_plot(card.deciles),
        "reliability": plots.reliability_plot(bins),
        "months": plots.months_plot(months),
        "scores": plots.score_plot(chance, rng.random(2_000) < chance),
        "importance": plots.importance_plot(card.features),
        "profit": plots.profit_plot(x, x - x**2, x - x**2 - 0.1, x - x**2 + 0.1, "EUR"),
    }


def test_texts_of_a_picture_are_texts_in_fonts_of_whoever_looks(card, bins, months):
    svg = plots.importance_plot([FeatureLine("days_to_end_td", "days until a deposit ends", 0.31)]).decode()
    words = [text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert "days until a deposit ends" in words
    assert "sans-serif" in svg
    assert plots.lift_plot(card.deciles) == plots.lift_plot(card.deciles)


def test_every_plot_is_a_picture_of_a_size_that_a_page_can_hold(card, bins, months):
    for name, png in every_plot(card, bins, months).items():
        width, height = size_of(png)
        assert 300 <= width <= 600, name
        assert 100 <= height <= 500, name
        assert len(png) < 100_000, name


def test_plots_leave_the_callers_matplotlib_alone(card, bins, months):
    import matplotlib as mpl
    from matplotlib import pyplot

    before = dict(mpl.rcParams)
    every_plot(card, bins, months)
    assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("chance", [[0.1], [0.1, 0.1], [0.0, 1.0]])
def test_few_or_equal_or_certain_chances_can_be_drawn(chance):
    size_of(plots.score_plot(chance, [1, 0][: len(chance)]))


def test_one_month_and_nobody_responding_can_be_drawn(months):
    from dataclasses import replace

    size_of(plots.months_plot([replace(months[0], responders=0, predicted=0.0)]))


def test_letters_without_a_font_give_the_features_name_and_no_warning(monkeypatch):
    monkeypatch.setattr(canvas, "CHINESE", ())
    canvas.fonts.cache_clear()
    canvas._letters.cache_clear()
    try:
        assert canvas.drawable("近30天登录次数", "app_logins_30d") == "app_logins_30d"
        assert canvas.drawable("logins, 30 days", "app_logins_30d") == "logins, 30 days"
        size_of(plots.importance_plot([FeatureLine("近", "近", 1.0)]))
    finally:
        canvas.fonts.cache_clear()
        canvas._letters.cache_clear()


def test_a_sign_of_mathematics_in_a_label_is_only_a_sign():
    size_of(plots.importance_plot([FeatureLine("spend", "spent in $ or $_{", 1.0)]))


def test_a_name_longer_than_the_picture_keeps_its_beginning_its_window_and_the_picture():
    long = "term deposits bought after a contact, against contacts about them that reached the customer, last two years"
    svg = plots.importance_plot([FeatureLine("bought_when_reached", long, 0.31)]).decode()
    assert "term deposits bought after … last two years" in svg
    assert long not in svg


@pytest.mark.parametrize("label", ["short", "x" * 48, "近三十天转账" * 4])
def test_a_name_that_fits_is_left_alone(label):
    assert in_room(label) == label


def test_a_letter_of_east_asia_takes_the_room_of_two():
    told = in_room("近三十天手机银行转账笔数与上月相比的变化幅度及其占全部交易的比例")
    assert told == "近三十天手机银行转账笔数与 … 其占全部交易的比例"
    assert sum(2 if ord(letter) > 0x2E80 else 1 for letter in told) <= 48
