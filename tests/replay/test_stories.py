"""The stories say what is true: nobody is said to be first who is second to a household told of before."""

from __future__ import annotations

from examples.replay.stories import Life, stories


def test_each_distinction_has_a_household_of_its_own() -> None:
    told = stories({1: Life(spend_minor=9, sales=1), 2: Life(spend_minor=5, sales=4)}, "member")

    assert [("household 1", "spent the most"), ("household 2", "shopped the most often")] == [
        (each.household, each.title) for each in told
    ]


def test_who_is_second_to_one_of_those_above_is_not_called_first() -> None:
    told = stories({1: Life(spend_minor=9, sales=7), 2: Life(spend_minor=5, sales=4)}, "member")

    assert ["spent the most", "shopped the most often, but for those above"] == [each.title for each in told]


def test_of_equals_the_lower_number_comes_first_and_nobody_is_passed() -> None:
    told = stories({2: Life(sales=4), 1: Life(sales=4)}, "member")

    assert [("household 1", "shopped the most often")] == [(each.household, each.title) for each in told]
