"""Splink on records of whom it is known who is who: what its scores join, and what they do not."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from omnicommerce.identity.resolution import Distinct, End, Resolution, evidence, resolve
from omnicommerce.identity.resolution.checking import check_resolution
from omnicommerce.identity.resolution.reasons import KeptApart, OverLimit, ScoreAlone, ScoreTooLow
from omnicommerce.kernel.ids import MemberId
from tests.adapters.linkage.febrl import (
    BIRTHDAY,
    CARD,
    DOCUMENT,
    NOON,
    Pair,
    Record,
    Town,
    joined_pairs,
    policy,
    precision,
    recall,
    shown,
    town,
)

THRESHOLDS: Final = (500, 900, 990, 999)

PAGE: Final = Path(__file__).parents[3] / "docs" / "identity.md"

ANYBODY: Final[Record] = {"rec_id": "rec-1-org", "soc_sec_id": "1", "date_of_birth": None}


@pytest.fixture(scope="module")
def two_doors() -> Town:
    """5,000 people with a card each, and with an account each."""
    return town(till="4a", web="4b")


@pytest.fixture(scope="module")
def one_till() -> Town:
    """1,000 cards of 500 people."""
    return town(till="1")


@pytest.fixture(scope="module")
def many_cards() -> Town:
    """5,000 cards of 2,000 people, who have up to six each."""
    return town(till="3")


def reasons(found: Resolution) -> Counter[str]:
    """Why scored links were refused, and how many."""
    return Counter(
        type(each.reason).__name__ for each in found.refused.values() if each.link.score is not None
    )


# --- a score joins nobody by itself --------------------------------------------------------------


def test_a_policy_that_accepts_no_scores_joins_nobody(two_doors: Town) -> None:
    told = evidence((*two_doors.links, *two_doors.shown(BIRTHDAY, DOCUMENT)))
    found = resolve(told, policy(score_min=None), NOON)

    assert frozenset() == found.persons
    assert {ScoreTooLow.__name__: len(two_doors.links)} == reasons(found)


@pytest.mark.parametrize("score_min", [1, 1000])
def test_scores_alone_join_nobody_whatever_the_policy_accepts(two_doors: Town, score_min: int) -> None:
    certain = [attrs.evolve(each, score=1000) for each in two_doors.links]
    found = resolve(evidence(certain), policy(score_min), NOON)

    assert len(two_doors.links) > 4_900
    assert frozenset() == found.persons
    assert {ScoreAlone.__name__: len(certain)} == reasons(found)


def test_what_was_shown_joins_nobody_by_itself_either(two_doors: Town) -> None:
    found = resolve(evidence(two_doors.shown(BIRTHDAY, DOCUMENT)), policy(score_min=1), NOON)

    assert frozenset() == found.persons


# --- with other evidence beside it, it does ------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "score_min", "least"),
    [
        ((BIRTHDAY,), 500, 0.87),
        ((DOCUMENT,), 900, 0.89),
        ((BIRTHDAY, DOCUMENT), 999, 0.96),
    ],
)
def test_a_score_with_support_joins_people_and_hardly_ever_strangers(
    two_doors: Town, what: tuple[str, ...], score_min: int, least: float
) -> None:
    found = resolve(evidence((*two_doors.links, *two_doors.shown(*what))), policy(score_min), NOON)
    joined = joined_pairs(found)

    assert precision(joined, two_doors.true) >= 0.999
    assert recall(joined, two_doors.true) >= least
    assert set(reasons(found)) <= {ScoreAlone.__name__, ScoreTooLow.__name__}


def test_either_alone_joins_strangers_and_both_together_do_not(two_doors: Town) -> None:
    """Control: the scores, and the birthdays, are wrong about somebody, so precision above can fail."""
    by_birthday: dict[str, set[Any]] = {}
    for link in two_doors.shown(BIRTHDAY):
        by_birthday.setdefault(link.b.node, set()).add((link.a.namespace, link.a.node))
    same_birthday = {
        frozenset((one[1], other[1]))
        for group in by_birthday.values()
        for one, other in combinations(group, 2)
        if one[0] != other[0]
    }
    told = evidence((*two_doors.links, *two_doors.shown(BIRTHDAY)))
    both = joined_pairs(resolve(told, policy(500), NOON))

    assert precision(same_birthday, two_doors.true) < 0.9
    assert len(two_doors.likely(500) - two_doors.true) >= 5
    assert set() == both - two_doors.true


def figures(joined: set[Pair], true: set[Pair]) -> str:
    return f"{precision(joined, true):.4f}, {recall(joined, true):.4f}" if joined else "nobody"


@pytest.mark.parametrize("score_min", THRESHOLDS)
def test_the_documentation_tells_what_is_measured(two_doors: Town, score_min: int) -> None:
    cells = [figures(two_doors.likely(score_min), two_doors.true)]
    for what in ((), (BIRTHDAY,), (DOCUMENT,), (BIRTHDAY, DOCUMENT)):
        told = evidence((*two_doors.links, *two_doors.shown(*what)))
        cells.append(figures(joined_pairs(resolve(told, policy(score_min), NOON)), two_doors.true))
    by_splink, alone, *supported = cells
    line = f"| {' | '.join((str(score_min), alone, by_splink, *supported))} |"

    assert line in PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("name", "least"), [("1", 0.96), ("2", 0.96), ("3", 0.95)])
def test_it_holds_for_the_other_data_sets(name: str, least: float) -> None:
    till = town(till=name)
    told = evidence((*till.links, *till.shown(BIRTHDAY, DOCUMENT)))
    joined = joined_pairs(resolve(told, policy(900), NOON))

    assert precision(joined, till.true) >= 0.999
    assert recall(joined, till.true) >= least


def test_a_higher_line_accepts_fewer_and_never_others(two_doors: Town) -> None:
    told = evidence((*two_doors.links, *two_doors.shown(BIRTHDAY, DOCUMENT)))
    low, high = (joined_pairs(resolve(told, policy(each), NOON)) for each in (500, 999))

    assert high < low


# --- limits hold ---------------------------------------------------------------------------------


def test_nobody_gets_more_cards_than_one_person_may_have(many_cards: Town) -> None:
    told = evidence((*many_cards.links, *many_cards.shown(BIRTHDAY, DOCUMENT)))
    free, bound = (resolve(told, policy(500, card_limit=each), NOON) for each in (16, 2))

    assert max(map(len, free.persons)) > 2  # control: without the limit there would be more
    assert {2} == set(map(len, bound.persons))
    assert OverLimit(CARD, 2) in {each.reason for each in bound.refused.values()}


def test_each_card_keeps_its_own_account_though_another_is_likely_too(two_doors: Town) -> None:
    """Everybody showed one and the same document, and is likely their neighbour's double, too."""
    links = [each for each in two_doors.links if (each.score or 0) >= 990][:200]
    doubles = [attrs.evolve(link, a=before.a, score=600) for before, link in pairwise(links)]
    everybody = {end for link in links for end in (link.a, link.b)}
    document = End(MemberId("document:1"), DOCUMENT, is_verified=True)
    support = [attrs.evolve(next(shown([ANYBODY], "till", DOCUMENT)), a=end, b=document) for end in everybody]
    told = evidence((*links, *doubles, *support))
    free, bound = (resolve(told, policy(500, card_limit=each, account_limit=each), NOON) for each in (16, 1))

    assert max(map(len, free.persons)) > 2  # control: without the limits they would be one another's
    assert {frozenset((each.a.node, each.b.node)) for each in links} == bound.persons


def test_two_who_were_told_apart_stay_apart_however_likely(two_doors: Town) -> None:
    support = two_doors.shown(BIRTHDAY, DOCUMENT)
    before = resolve(evidence((*two_doors.links, *support)), policy(500), NOON)
    likeliest = before.accepted[0]
    apart = Distinct(a=likeliest.a.node, b=likeliest.b.node, seen_at=NOON, source="desk", actor="clerk-7")
    after = resolve(evidence((*two_doors.links, *support, apart)), policy(500), NOON)

    assert likeliest.b.node in before.person_of(likeliest.a.node)
    assert frozenset({likeliest.a.node}) == after.person_of(likeliest.a.node)
    assert KeptApart(apart.id) == after.refused[likeliest.id].reason


def test_whoever_looks_at_the_result_alone_finds_every_rule_kept(one_till: Town) -> None:
    few = one_till.links[:100]
    nodes = {end.node for link in few for end in (link.a, link.b)}
    support = [each for each in one_till.shown(BIRTHDAY, DOCUMENT) if each.a.node in nodes]
    found = resolve(evidence((*few, *support)), policy(900), NOON)

    assert len(found.persons) > 90
    assert () == check_resolution(found)
