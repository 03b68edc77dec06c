"""Running splink: what it is handed, what it may reach, and how its pairs come back."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from omnicommerce.adapters.linkage import linked, predicting
from omnicommerce.identity.resolution import evidence
from omnicommerce.kernel.errors import BadValue
from tests.adapters.linkage.febrl import Town, compared, links_of, model, predicted, records, town


@pytest.fixture(scope="module")
def one_till() -> Town:
    """1,000 cards of 500 people."""
    return town(till="1")


def test_the_same_records_are_the_same_evidence_on_another_day_and_in_another_order(one_till: Town) -> None:
    backwards = {"till": one_till.tables["till"][::-1]}

    assert evidence(one_till.links) == evidence(links_of(predicted(backwards)))


def test_pairs_come_the_likeliest_first_and_each_names_its_tables() -> None:
    two = predicted({"till": records("4a")[:300], "web": records("4b")})
    one = predicted({"till": records("1")})
    probabilities = [each["match_probability"] for each in two]

    assert sorted(probabilities, reverse=True) == probabilities
    assert {("till", "web")} == {(each["source_dataset_l"], each["source_dataset_r"]) for each in two}
    assert {("till", "till")} == {(each["source_dataset_l"], each["source_dataset_r"]) for each in one}
    assert {5} == set(map(len, one))


@pytest.mark.parametrize("score_least", [1, 999, 1000])
def test_no_pair_is_lost_below_the_line_that_was_asked_for(one_till: Town, score_least: int) -> None:
    spared = links_of(predicted(one_till.tables, score_least=score_least), score_least=score_least)
    whole = links_of(predicted(one_till.tables, score_least=0), score_least=score_least)

    assert evidence(whole) == evidence(spared)


@pytest.mark.parametrize(
    ("tables", "path"),
    [
        ({}, "tables"),
        ([[{"rec_id": "1"}]], "tables"),
        ({f"t{nth}": [{"rec_id": "1"}] for nth in range(17)}, "tables"),
        ({"x'; drop table y; --": [{"rec_id": "1"}]}, "tables"),
        ({"till": []}, "tables.till"),
        ({"till": [{"rec_id": "1"}, {"rec_id": "2", "surname": "Li"}]}, "tables.till[1]"),
        ({"till": [{"rec_id": "1"}, "2"]}, "tables.till[1]"),
    ],
)
def test_tables_that_splink_would_misread_are_refused_at_once(tables: Any, path: str) -> None:
    with pytest.raises(BadValue) as refused:
        linked(tables, model("dedupe_only"))

    assert path == refused.value.path


def test_settings_may_be_a_dictionary_or_a_file_of_splinks_own(one_till: Town, tmp_path: Path) -> None:
    rows = {"till": compared(one_till.tables["till"])}
    trained = model("dedupe_only").create_settings_dict("duckdb")
    path = tmp_path / "model.json"
    path.write_text(json.dumps(trained), encoding="utf-8")

    assert evidence(one_till.links) == evidence(links_of(list(linked(rows, trained))))
    assert evidence(one_till.links) == evidence(links_of(list(linked(rows, path))))


def test_a_table_of_arrows_is_as_good_as_a_list(one_till: Town) -> None:
    table = pa.Table.from_pylist(compared(one_till.tables["till"]))

    assert evidence(one_till.links) == evidence(links_of(list(linked({"till": table}, model("dedupe_only")))))


def test_splink_reaches_no_file_while_it_compares_customers(
    one_till: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings are statements; the database itself refuses the one that reads a file."""
    (tmp_path / "there.csv").write_text("a\n1\n", encoding="utf-8")
    reads = f"exists (from read_csv('{tmp_path / 'there.csv'}'))"
    rules = [{"blocking_rule": f"l.address_1 = r.address_1 and {reads}"}]
    trained = model("dedupe_only").create_settings_dict("duckdb")
    reaching = trained | {"blocking_rules_to_generate_predictions": rules}
    rows = {"till": compared(one_till.tables["till"])}

    with pytest.raises(Exception, match="disabled by configuration"):
        list(linked(rows, reaching))
    monkeypatch.setattr(predicting, "_CONFINED", {})
    assert [] != list(linked(rows, reaching))  # control: it is the confinement that refuses


def test_pairs_are_handed_out_in_turns_and_none_is_lost(
    one_till: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "_AT_ONCE", 7)

    assert evidence(one_till.links) == evidence(links_of(predicted(one_till.tables)))


def test_logging_stays_as_the_host_set_it_up(one_till: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="splink")
    predicted(one_till.tables)

    assert logging.ERROR == logging.getLogger("splink").level
