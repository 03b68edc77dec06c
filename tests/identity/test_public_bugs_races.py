"""Bugs that other people's customers met in public: two programs merged at once, and one of them was in vain.

Every way in which the two may take turns is tried. The plain ones read a record, think, and write it back.
Ours tell what they know, each piece a record of its own; so nobody writes what somebody else has read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from omnicommerce.identity.resolution.evidence import Piece, evidence
from omnicommerce.identity.resolution.resolving import resolve
from tests.identity.resolution.plain import (
    RULES,
    Groups,
    Shelf,
    Worker,
    are_one,
    are_two,
    endings,
    is_same,
    naive_first_come,
    resolved,
)
from tests.identity.resolution.told import NOON, end, node, retracted, same

CARD, PHONE, MAIL = "till_member:ann", "phone:ann", "email:ann"


def tells(piece: Piece) -> Worker:
    """Ours: the piece is put under its own digest, and once more, as if no answer had come."""

    def worker(shelf: Shelf) -> Iterator[None]:
        yield
        shelf[piece.id] = piece
        yield
        shelf[piece.id] = piece

    return worker


def told_at_once(one: Piece, other: Piece, *before: Piece) -> list[Groups]:
    """Who is one person, for every way in which two tell us something at once."""
    start: Shelf = {piece.id: piece for piece in before}
    return [
        resolve(evidence(shelf.values()), RULES, NOON).persons
        for shelf in endings(start, tells(one), tells(other))
    ]


def grouped(person_of: dict[str, int], persons: Iterable[int]) -> Groups:
    """The identifiers of each person who is there; who points at somebody deleted, is nobody's."""
    return frozenset(
        frozenset(node(name) for name, person in person_of.items() if person == each) for each in persons
    )


def always_one(answers: Iterable[Groups], *names: str) -> bool:
    return all(are_one(groups, *names) for groups in answers)


# --- PostHog: five years of races ----------------------------------------------------------------


def naive_move_what_was_read() -> list[Groups]:
    """A merge moves the identifiers that it has read, and deletes the person; another one is just added."""

    def merges(shelf: Shelf) -> Iterator[None]:
        read = [name for name, person in shelf["person_of"].items() if person == 2]
        yield
        shelf["person_of"] |= dict.fromkeys(read, 1)
        yield
        shelf["persons"].discard(2)

    def identifies(shelf: Shelf) -> Iterator[None]:
        person = shelf["person_of"][PHONE]
        yield
        shelf["person_of"][MAIL] = person

    start = {"person_of": {CARD: 1, PHONE: 2}, "persons": {1, 2}}
    return [grouped(**shelf) for shelf in endings(start, merges, identifies)]


def test_posthog_3190_an_identifier_that_comes_while_its_person_is_merged_belongs_to_somebody() -> None:
    """There it pointed at a person who was deleted a moment later."""
    assert not always_one(naive_move_what_was_read(), CARD, PHONE, MAIL)

    ours = told_at_once(same(CARD, PHONE, -2), same(PHONE, MAIL, -1))

    assert always_one(ours, CARD, PHONE, MAIL)


def _writes_back(name: str) -> Worker:
    def worker(shelf: Shelf) -> Iterator[None]:
        read = shelf["ann"]
        yield
        shelf["ann"] = read | {node(name)}

    return worker


def naive_write_back() -> list[Groups]:
    """Read the survivor, add what is merged into it, and write it back."""
    start = {"ann": frozenset({node(CARD)})}
    return [frozenset(shelf.values()) for shelf in endings(start, _writes_back(PHONE), _writes_back(MAIL))]


def _gives_up(name: str) -> Worker:
    def worker(shelf: Shelf) -> Iterator[None]:
        read, version = shelf["ann"], shelf["version"]
        yield
        if shelf["version"] != version:
            return  # with a warning, in a log
        shelf |= {"ann": read | {node(name)}, "version": version + 1}

    return worker


def naive_give_up_with_a_warning() -> list[Groups]:
    """As before, with a version: whoever comes second sees it, and drops the merge."""
    start = {"ann": frozenset({node(CARD)}), "version": 1}
    return [frozenset({shelf["ann"]}) for shelf in endings(start, _gives_up(PHONE), _gives_up(MAIL))]


def test_posthog_34972_of_two_merges_at_once_neither_is_lost_nor_dropped_with_a_warning() -> None:
    assert not always_one(naive_write_back(), CARD, PHONE, MAIL)
    assert not always_one(naive_give_up_with_a_warning(), CARD, PHONE, MAIL)

    ours = told_at_once(same(CARD, PHONE, -1), same(CARD, MAIL, -1))

    assert always_one(ours, CARD, PHONE, MAIL)
    assert is_same(ours)


def naive_create_or_find() -> list[Groups]:
    """Whoever finds the person created meanwhile takes it as it is, and forgets that it is identified."""

    def comes(*, identified: bool) -> Worker:
        def worker(shelf: Shelf) -> Iterator[None]:
            is_there = "identified" in shelf
            yield
            if is_there:
                shelf["identified"] |= identified
            else:
                shelf.setdefault("identified", identified)

        return worker

    alone, both = frozenset({node(CARD)}), frozenset({node(CARD), node(PHONE)})
    ends = endings({}, comes(identified=False), comes(identified=True))
    return [frozenset({both if shelf["identified"] else alone}) for shelf in ends]


def test_posthog_40639_who_has_proved_who_they_are_has_proved_it_whoever_came_at_the_same_time() -> None:
    assert not always_one(naive_create_or_find(), CARD, PHONE)

    anonymous = same(CARD, PHONE, -1, b=end(PHONE, is_verified=False))
    ours = told_at_once(anonymous, same(CARD, PHONE, -1))

    assert always_one(ours, CARD, PHONE)
    assert is_same(ours)


def naive_claims() -> list[Groups]:
    """A split claims the person while it works; a merge tries three times, and is dropped with a warning."""

    def splits(shelf: Shelf) -> Iterator[None]:
        shelf["claimed"] = True
        yield
        shelf["ann"].discard(node(MAIL))
        yield
        shelf["claimed"] = False

    def merges(shelf: Shelf) -> Iterator[None]:
        for _ in range(3):
            if not shelf["claimed"]:
                shelf["ann"].add(node(PHONE))
                return
            yield

    start = {"ann": {node(CARD), node(MAIL)}, "claimed": False}
    return [frozenset({frozenset(shelf["ann"])}) for shelf in endings(start, splits, merges)]


def test_posthog_78944_a_merge_is_not_dropped_because_the_person_is_being_split() -> None:
    """A person with thousands of identifiers is always being worked on by somebody."""
    assert not always_one(naive_claims(), CARD, PHONE)

    wrong = same(CARD, MAIL, -2)
    ours = told_at_once(retracted(wrong), same(CARD, PHONE, -1), wrong)

    assert always_one(ours, CARD, PHONE)
    assert all(are_two(groups, CARD, MAIL) for groups in ours)


# --- whoever comes first -------------------------------------------------------------------------


def test_tracardi_t2_a_conflict_of_main_identifiers_is_not_settled_by_who_comes_first() -> None:
    """There the first of a set was taken: whichever that was."""
    told = [same(f"unionid:{nth}", CARD, -nth) for nth in range(3)]
    orders = list(itertools.permutations(told))
    assert not is_same(naive_first_come(each) for each in orders)

    assert is_same(resolved(*each).persons for each in orders)
    assert are_one(resolved(*told).persons, "unionid:0", CARD)
