"""Pages for a browser: as the command tells them, for this machine and this session alone, without personal data."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import pandas as pd
import pytest

from leadlift.customers.page import customer_page
from leadlift.specs import open_workspace
from leadlift.workflows.customer import customer
from leadlift.workflows.customer_served import Pages

from .conftest import DAY


@contextmanager
def answering(folder):
    """A server of the workspace's pages; what asks it a question."""
    with Pages(folder, 0) as pages:
        thread = threading.Thread(target=pages.serve_forever, daemon=True)
        thread.start()
        place = urlsplit(pages.address)

        def ask(query="", path=place.path, host=None):
            line = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
            line.request("GET", path + query, headers={"Host": host} if host else {})
            answer = line.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())

        try:
            yield ask
        finally:
            pages.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def ask(world):
    with answering(world) as asked:
        yield asked


def test_a_page_is_the_commands_page_with_the_form_above(ask, world, ids):
    status, page, headers = ask(f"?id={ids[0]}&as_of={DAY}")
    found = customer(open_workspace(world), ids[0], DAY)
    assert status == 200
    assert page == customer_page(found, "en", asked=True)
    assert f'value="{ids[0]}"' in page
    assert headers["Cache-Control"] == "no-store"


def test_without_an_id_there_is_the_form_alone(ask):
    status, page, _ = ask()
    assert status == 200
    assert "Look up a customer" in page


def test_who_is_not_known_and_what_is_no_day_are_said_on_the_form(ask, ids):
    status, page, _ = ask("?id=nobody%3Cb%3E")
    assert status == 404
    assert "no customer &#39;nobody&lt;b&gt;&#39;" in page
    status, page, _ = ask(f"?id={ids[0]}&as_of=yesterday")
    assert status == 400
    assert "is not a day" in page


@pytest.mark.parametrize("path", ["/", "/wrong/", "/../leadlift.yaml"])
def test_who_does_not_know_the_token_gets_nothing(ask, path, ids):
    assert ask(f"?id={ids[0]}", path=path)[:2] == (404, "")


def test_a_page_from_elsewhere_that_names_this_machine_its_own_gets_nothing(ask, ids):
    assert ask(f"?id={ids[0]}", host="bank.example:80")[:2] == (403, "")


def test_personal_columns_are_not_shown(ask, world, ids):
    page = ask(f"?id={ids[0]}&as_of={DAY}")[1]
    people = pd.read_parquet(world / "data" / "customers.parquet").set_index("customer_id")
    assert not any(str(name) in page for name in people.loc[[ids[0]], "name"])


def test_changed_specs_are_read_and_broken_ones_told(copy, ids):
    with answering(copy) as ask:
        assert "Who" in ask(f"?id={ids[0]}&as_of={DAY}")[1]
        path = copy / "leadlift.yaml"
        text = path.read_text("utf-8")
        path.write_text(
            text + "\nlanguage: zh\n"
            if "language:" not in text
            else text.replace("language: en", "language: zh")
        )
        assert 'lang="zh"' in ask(f"?id={ids[0]}&as_of={DAY}")[1]
        path.write_text("name: [", encoding="utf-8")
        status, page, _ = ask(f"?id={ids[0]}")
        assert status == 404
        assert "leadlift.yaml" in page


def test_a_fault_of_ours_is_no_wrong_day_and_ends_nothing(world, ids, monkeypatch, capsys):
    from leadlift.workflows import customer_served

    def broken(*_):
        raise ValueError("a bug")

    monkeypatch.setattr(customer_served, "customer", broken)
    with answering(world) as ask:
        assert ask(f"?id={ids[0]}&as_of={DAY}")[:2] == (500, "")
        assert ask()[0] == 200
        assert ask(path="/%C3%A9/")[0] == 404
    assert "a bug" in capsys.readouterr().err
