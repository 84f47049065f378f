from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from leadlift.explain import Explained, Phrase, Reason, customer_page, model_page

N = 60
JOBS = ("clerk", "teacher", "nurse")


def explained(**changes) -> Explained:
    """Logins raise the chance, age lowers it, the job matters, `steady` never differs, `secret` is hidden."""
    rng = np.random.default_rng(0)
    logins, age, secret = rng.random((3, N)) * [[50], [80], [1]]
    matrix = np.column_stack([logins, age, np.arange(N) % 3, np.ones(N), secret])
    matrix[0, 0] = np.nan
    effects = [np.nan_to_num(matrix[:, 0]) / 50, -matrix[:, 1] / 100, (matrix[:, 2] == 1) * 0.1, np.zeros(N)]
    contributions = np.column_stack([*effects, np.full(N, 9.0), np.full(N, -3.0)])
    names = ["logins", "age", "job", "steady", "secret"]
    phrases = [Phrase(name, name, name.title(), "years" if name == "age" else "") for name in names[:-1]]
    phrases.append(Phrase("secret", "secret", "Secret", hidden=True))
    parts = {"contributions": contributions, "matrix": matrix, "phrases": phrases}
    return Explained(**{**parts, "categories": {"job": JOBS}, **changes})


def test_the_strongest_features_come_first_and_hidden_ones_never():
    assert explained().strongest(3) == [0, 1, 2]
    assert 4 not in explained().strongest(99)


def test_values_are_said_as_people_write_them():
    found = explained()
    assert found.said(0, 0) == "none on record"
    assert (found.value(1, 2), found.said(1, 2)) == ("teacher", "teacher")
    assert re.fullmatch(r"[\d.]+ years", found.said(0, 1))


def test_the_direction_of_a_feature_is_told_in_words():
    found = explained()
    assert found.direction(0) == "more raises the chance"
    assert found.direction(1) == "more lowers the chance"
    assert found.direction(2).startswith("highest for teacher")
    assert found.direction(3) == ""


def test_a_feature_that_works_both_ways_depends_on_the_value():
    x = np.linspace(-1, 1, N)
    both = Explained(np.column_stack([x**2, np.zeros(N)]), x[:, None], [Phrase("x", "x", "x")])
    assert both.direction(0) == "depends on the value"


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="do not belong together"):
        explained(phrases=[])


def test_the_page_of_a_model_holds_its_pictures_and_no_hidden_feature():
    page = model_page("Deposits & more", "version 3", explained(), closely=3)
    assert page.count("data:image/png;base64,") == 5
    assert "Deposits &amp; more" in page
    assert "more raises the chance" in page
    assert "Secret" not in page
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)


def test_the_page_of_a_customer_tells_reasons_and_every_value():
    reasons = [Reason("logins", 0.9, 42.0, "Logs in <often>")]
    typical = {"age": 41.0, "job": "clerk"}
    page = customer_page("Customer 17", {"chance": "6.1%"}, explained(), 0, reasons, typical)
    assert "Logs in &lt;often&gt;" in page
    for text in ("6.1%", "none on record", "41 years", "clerk"):
        assert text in page
    assert "Secret" not in page


def test_a_customer_without_reasons_is_close_to_the_average():
    page = customer_page("Customer 17", {}, explained(), 0, [], {})
    assert "Nothing stands out" in page


def test_pages_are_the_same_every_time_and_leave_random_numbers_and_figures_alone():
    from matplotlib import pyplot

    np.random.seed(7)
    expected = np.random.random()
    np.random.seed(7)
    first, second = (model_page("t", "s", explained(), closely=1) for _ in range(2))
    assert first == second
    assert np.random.random() == expected
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("label", ["spent in $ or $_{", "近30天登录"])
def test_a_label_may_hold_any_letters(label):
    phrases = [Phrase("logins", "logins", label), *explained().phrases[1:]]
    odd = explained(phrases=phrases, categories={"job": ("文员", "$x", "c")})
    assert label in model_page("t", "s", odd, closely=3)
    customer_page("c", {}, odd, 1, [], {})


def test_reasons_need_neither_shap_nor_matplotlib():
    code = "import sys, leadlift.explain; print({'shap', 'matplotlib', 'mlflow'} & set(sys.modules))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
