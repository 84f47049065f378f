"""What is said of features that changed since a model was trained."""

from __future__ import annotations

import pytest

from leadlift.errors import UserError
from leadlift.workflows.meanings import refuse_changed


def test_ten_features_are_named_and_the_others_counted():
    trained = {f"f{number:02d}": "then" for number in range(57)}
    with pytest.raises(UserError) as refused:
        refuse_changed("bank.buy v1", trained, [], {})
    assert str(refused.value) == (
        "bank.buy v1 was trained on other features than today's: f00, f01, f02, f03, f04, f05, f06, f07, f08, f09 and "
        "47 more gone. Restore the definitions, or train and promote a new version"
    )


def test_ten_are_all_named():
    with pytest.raises(UserError, match="f8, f9 gone"):
        refuse_changed("bank.buy v1", {f"f{number}": "then" for number in range(10)}, [], {})
