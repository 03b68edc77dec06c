"""One line in which every client stands where it saw itself, or there is none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.testing.simulation.history import Seen, out_of_line


def count(place: int, began: int, ended: int) -> Seen:
    return Seen(place, is_look=False, began=began, ended=ended, who=f"count {place}")


def look(place: int, began: int, ended: int) -> Seen:
    return Seen(place, is_look=True, began=began, ended=ended, who=f"look {place}")


@pytest.mark.parametrize(
    "seen",
    [
        (),
        (count(1, 0, 1), count(2, 2, 3)),
        (count(2, 0, 9), count(1, 0, 9)),
        (count(1, 0, 1), look(1, 2, 3), look(1, 4, 5), count(2, 6, 7)),
        (look(0, 0, 5), count(1, 1, 2), look(1, 3, 4)),
    ],
)
def test_a_line_is_found_where_there_is_one(seen: tuple[Seen, ...]) -> None:
    assert [] == list(out_of_line(seen))


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        ((count(1, 0, 1), count(1, 2, 3)), "both counted to 1"),
        ((count(2, 0, 1), count(1, 2, 3)), "count 1 came to 1 after count 2 had come to 2"),
        ((count(1, 0, 1), look(0, 2, 3)), "look 0 came to 0 after count 1"),
        ((look(2, 0, 1), look(1, 2, 3)), "look 1 came to 1 after look 2"),
    ],
)
def test_where_there_is_none_two_are_named(seen: tuple[Seen, ...], what: str) -> None:
    assert what in "\n".join(out_of_line(seen))


def by_trying_all(seen: tuple[Seen, ...]) -> bool:
    """Whether any line fits: every order is tried."""
    for line in itertools.permutations(seen):
        places = 0
        for each in line:
            places += not each.is_look
            if each.place != places:
                break
        else:
            if all(one.began <= other.ended for one, other in itertools.combinations(line, 2)):
                return True
    return False


@st.composite
def histories(draw: st.DrawFn) -> tuple[Seen, ...]:
    counts = draw(st.integers(0, 3))
    places = [(place, False) for place in range(1, counts + 1)]
    places += [(draw(st.integers(0, counts)), True) for _ in range(draw(st.integers(0, 2)))]
    seen = []
    for nth, (place, is_look) in enumerate(places):
        began = draw(st.integers(0, 8))
        seen.append(Seen(place, is_look, began, began + draw(st.integers(1, 6)), f"{nth}"))
    return tuple(seen)


@given(histories())
def test_it_finds_a_line_where_and_only_where_there_is_one(seen: tuple[Seen, ...]) -> None:
    assert by_trying_all(seen) == (not list(out_of_line(seen)))
