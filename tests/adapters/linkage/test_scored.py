"""A likely pair becomes a scored link; what is no probability becomes an error that says where."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.adapters.linkage import PairColumns, RecordKey, predicting, scored, scored_links
from omnicommerce.identity.resolution import End, IdentityRules, Same, Strength, evidence, resolve
from omnicommerce.identity.resolution.reasons import ScoreAlone, ScoreTooLow, Unverified
from omnicommerce.kernel.errors import BadValue, CommerceError
from omnicommerce.kernel.ids import MemberId

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)

PAIR: Final = {"unique_id_l": "1", "unique_id_r": "2", "match_probability": 0.9721}


def card(record: RecordKey) -> End:
    return End(MemberId(f"{record.table}:{record.id}"), "till_member", is_verified=True)


def told(*pairs: Mapping[str, Any], **how: Any) -> list[Same]:
    settled = {"end_of": card, "seen_at": NOON, "source": "splink", "actor": "night-job", **how}
    return list(scored_links(pairs, **settled))


def likely(probability: object, a: object = "1", b: object = "2") -> dict[str, object]:
    return {"unique_id_l": a, "unique_id_r": b, "match_probability": probability}


# --- what is told --------------------------------------------------------------------------------


def test_a_likely_pair_is_a_scored_link_between_the_identifiers_its_records_stand_for() -> None:
    (link,) = told(PAIR)

    assert (MemberId(":1"), MemberId(":2")) == (link.a.node, link.b.node)
    assert (Strength.SCORED, 972, NOON) == (link.strength, link.score, link.seen_at)
    assert ("splink", "night-job", None) == (link.source, link.actor, link.valid_until)


def test_a_probability_of_three_digits_is_its_own_score() -> None:
    """Binary fractions are not decimal ones: none of the thousand may fall to the one below."""
    assert list(range(1001)) == [scored._score(each / 1000, "p") for each in range(1001)]


@given(st.floats(0, 1))
def test_a_score_is_rounded_down(probability: float) -> None:
    score = scored._score(probability, "p")

    assert type(score) is int
    # A product of floats is the nearest float: it may be off by the last bit, and by no more.
    assert -1 < score - Fraction(probability) * 1000 <= Fraction(math.ulp(1000.0))


def test_only_certainty_has_a_thousand() -> None:
    assert [1000] == [each.score for each in told(likely(1))]
    assert [999] == [each.score for each in told(likely(math.nextafter(1, 0)))]


def test_which_end_is_which_and_being_told_again_make_no_difference() -> None:
    there, back = told(likely(0.97)), told(likely(0.97, "2", "1"), likely(0.97))

    assert evidence(there) == evidence(back)


def test_another_day_another_opinion() -> None:
    monday, tuesday = told(PAIR), told(PAIR, seen_at=NOON + timedelta(days=1))

    assert 2 == len(evidence(monday + tuesday))


def test_an_opinion_runs_out() -> None:
    (link,) = told(PAIR, valid_until=NOON + timedelta(days=8))

    assert NOON + timedelta(days=8) == link.valid_until


def test_what_is_less_likely_than_asked_for_is_not_told() -> None:
    pairs = [likely(each / 1000) for each in (499, 500, 899, 900)]

    assert [500, 899, 900] == [each.score for each in told(*pairs)]
    assert [900] == [each.score for each in told(*pairs, score_least=900)]
    assert [0] == [each.score for each in told(likely(0.0), score_least=0)]


def test_two_records_of_one_identifier_say_nothing() -> None:
    one = End(MemberId("card"), "till_member", is_verified=True)

    assert [] == told(PAIR, end_of=lambda _: one)


def test_records_of_two_tables_are_two_whatever_their_ids() -> None:
    tables = {"source_dataset_l": "till", "source_dataset_r": "web"}
    (link,) = told(likely(0.97, 7, 7) | tables)

    assert (MemberId("till:7"), MemberId("web:7")) == (link.a.node, link.b.node)


def test_another_programs_columns_are_read_by_their_names() -> None:
    columns = PairColumns(a="left", b="right", probability="confidence")
    (link,) = told({"left": "x", "right": "y", "confidence": 0.75}, columns=columns)

    assert ({MemberId(":x"), MemberId(":y")}, 750) == ({link.a.node, link.b.node}, link.score)


# --- what a policy makes of it -------------------------------------------------------------------


def test_without_a_policy_for_scores_none_joins_and_with_one_none_joins_alone() -> None:
    links = told(likely(1.0))

    (closed,) = resolve(evidence(links), IdentityRules(), NOON).refused.values()
    (opened,) = resolve(evidence(links), IdentityRules(score_min=1), NOON).refused.values()
    assert (ScoreTooLow(1000, None), ScoreAlone()) == (closed.reason, opened.reason)


def test_an_identifier_that_was_typed_in_joins_nobody_however_likely() -> None:
    links = told(likely(1.0), end_of=lambda record: attrs.evolve(card(record), is_verified=False))

    (refusal,) = resolve(evidence(links), IdentityRules(score_min=1), NOON).refused.values()
    assert Unverified(MemberId(":1")) == refusal.reason


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (likely(math.nan), "pairs[1].match_probability"),
        (likely(math.inf), "pairs[1].match_probability"),
        (likely(-0.001), "pairs[1].match_probability"),
        (likely(1.001), "pairs[1].match_probability"),
        (likely(10**400), "pairs[1].match_probability"),
        (likely(None), "pairs[1].match_probability"),
        (likely("0.97"), "pairs[1].match_probability"),
        (likely(True), "pairs[1].match_probability"),
        (likely(0.97, a=None), "pairs[1].unique_id_l"),
        (likely(0.97, b=True), "pairs[1].unique_id_r"),
        (likely(0.97, b=2.0), "pairs[1].unique_id_r"),
        (PAIR | {"source_dataset_r": None}, "pairs[1].source_dataset_r"),
        ({"unique_id_l": "1", "unique_id_r": "2"}, "pairs[1].match_probability"),
        ({"unique_id_l": "1", "match_probability": 0.97}, "pairs[1].unique_id_r"),
        (("1", "2", 0.97), "pairs[1].unique_id_l"),
    ],
)
def test_a_row_that_cannot_be_is_refused_where_it_is(wrong: Any, path: str) -> None:
    with pytest.raises(BadValue) as refused:
        told(PAIR, wrong)

    assert path == refused.value.path
    assert len(refused.value.reason) < 100


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ({"score_least": 1001}, "score_least"),
        ({"score_least": 0.9}, "score_least"),
        ({"seen_at": datetime(2026, 11, 22)}, "seen_at"),  # noqa: DTZ001
        ({"valid_until": "tomorrow"}, "valid_until"),
        ({"columns": {"a": "left"}}, "columns"),
    ],
)
def test_a_wrong_argument_is_refused_before_the_first_pair(how: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as refused:
        told(**how)

    assert path == refused.value.path


@pytest.mark.parametrize(
    ("how", "path"),
    [({"source": "Splink v5"}, "source"), ({"actor": ""}, "actor"), ({"valid_until": NOON}, "valid_until")],
)
def test_what_no_evidence_may_say_is_refused_with_the_first_link(how: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as refused:
        told(PAIR, **how)

    assert path == refused.value.path


@pytest.mark.parametrize(
    ("names", "path"),
    [({"a": ""}, "columns.a"), ({"b": 7}, "columns.b"), ({"a": "unique_id_r"}, "columns")],
)
def test_columns_have_names_of_their_own(names: dict[str, Any], path: str) -> None:
    with pytest.raises(BadValue) as refused:
        PairColumns(**names)

    assert path == refused.value.path


def test_a_table_of_too_many_pairs_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scored, "PAIRS_MAX", 3)
    links = scored_links(
        itertools.repeat(PAIR), end_of=card, seen_at=NOON, source="splink", actor="night-job"
    )

    assert 3 == len(list(itertools.islice(links, 3)))
    with pytest.raises(BadValue, match="pairs: expected at most 3"):
        next(links)


def test_exactly_as_many_pairs_as_the_limit_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scored, "PAIRS_MAX", 3)

    assert 3 == len(told(PAIR, PAIR, PAIR))


# --- the extra -----------------------------------------------------------------------------------


def test_scores_of_another_program_need_neither_splink_nor_duckdb() -> None:
    code = "import sys, omnicommerce.adapters.linkage; print(*sys.modules)"
    loaded = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "omnicommerce.adapters.linkage.predicting" in loaded
    assert set() == {"splink", "duckdb", "pyarrow", "pandas", "numpy"} & set(loaded)


@pytest.mark.parametrize("library", ["splink", "duckdb"])
def test_without_the_extra_the_error_says_which_one_to_install(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(predicting.MissingExtra, match=r"omnicommerce-core\[linkage\]") as missing:
        predicting.linked({"till": [{"unique_id": "1"}]}, {})

    assert "linkage" == missing.value.extra
    assert isinstance(missing.value, CommerceError)
    assert isinstance(missing.value, ImportError)
