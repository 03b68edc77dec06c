"""Bugs that other people's customers met in public: whoever had the device last, had everything done on it.

A device is in many hands, one after the other. What was done on it is its owner's of that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from omnicommerce.identity.resolution.evidence import Ownership, evidence
from omnicommerce.identity.resolution.ownership import owner_at
from tests.identity.resolution.told import HOUR, NOON, node, owned, retracted

ANN, BOB, TABLET = "till_member:ann", "till_member:bob", "device:tablet"

HANDS: Final = [owned(TABLET, ANN, -6, -5), owned(TABLET, BOB, -2)]
"""Ann for an hour, then nobody, and Bob since two hours ago."""


def naive_last_one(hands: Sequence[Ownership], hours: Iterable[int]) -> list[str | None]:
    """One row a device, with the last user in it, laid over all that was ever done on it."""
    last = max(hands, key=lambda each: each.since)
    return [last.owner for _ in hours]


def our_owners(hands: Iterable[Ownership], hours: Iterable[int]) -> list[str | None]:
    return [owner_at(evidence(hands), node(TABLET), NOON + each * HOUR, NOON) for each in hours]


def test_snowplow_s1_who_logs_in_today_does_not_get_what_others_did_on_the_device_before() -> None:
    def is_each_ones_own(owners: Sequence[str | None]) -> bool:
        return [ANN, None, BOB] == owners

    assert not is_each_ones_own(naive_last_one(HANDS, (-6, -5, -2)))
    assert is_each_ones_own(our_owners(HANDS, (-6, -5, -2)))


def test_dbt_snowplow_web_42_sessions_of_the_past_keep_their_owner_when_another_one_comes() -> None:
    """dbt-snowplow-web 66, dbt-ga4 61 and dbt-labs/snowplow 11 tell of the same restamping."""

    def is_as_it_was(before: Sequence[str | None], after: Sequence[str | None]) -> bool:
        return before == after

    past = (-6, -6, -5)
    assert not is_as_it_was(naive_last_one(HANDS[:1], past), naive_last_one(HANDS, past))
    assert is_as_it_was(our_owners(HANDS[:1], past), our_owners(HANDS, past))


def naive_history_moves(done: Iterable[tuple[str, str]], into: str) -> dict[str, list[str]]:
    """Who logs in takes over the contact of the browser, with all that it has done; the other is deleted."""
    return {into: [what for _, what in done]}


def our_history(done: Iterable[tuple[int, str]], hands: Iterable[Ownership]) -> dict[str, list[str]]:
    told = evidence(hands)
    history: dict[str, list[str]] = {}
    for hour, what in done:
        owner = owner_at(told, node(TABLET), NOON + hour * HOUR, NOON)
        if owner is not None:
            history.setdefault(owner, []).append(what)
    return history


def test_mautic_4211_the_history_of_the_first_is_not_the_seconds() -> None:
    """There the maintainer wrote: that is how the tracking works."""

    def is_each_ones_own(history: dict[str, list[str]]) -> bool:
        return {ANN: ["looked at rings"], BOB: ["bought socks"]} == history

    assert not is_each_ones_own(
        naive_history_moves([(ANN, "looked at rings"), (BOB, "bought socks")], into=BOB)
    )
    assert is_each_ones_own(our_history([(-6, "looked at rings"), (-1, "bought socks")], HANDS))


def naive_from_now_on(logged_in: int, hours: Iterable[int]) -> list[str | None]:
    """The cookie gets the customer's number at the login; what was before, stays with a nobody."""
    return [ANN if hour >= logged_in else None for hour in hours]


def test_mautic_11527_what_somebody_did_before_they_said_who_they_are_is_theirs() -> None:
    """There only what came after it was; the same is asked for in 3094 and 12691."""

    def is_all_hers(owners: Sequence[str | None]) -> bool:
        return {ANN} == set(owners)

    assert not is_all_hers(naive_from_now_on(-2, (-4, -3, -2, -1)))

    since_login, all_along = owned(TABLET, ANN, -2), owned(TABLET, ANN, -4)
    assert is_all_hers(our_owners([since_login, all_along], (-4, -3, -2, -1)))
    assert [None, ANN] == our_owners([since_login], (-4, -1))


def naive_keeps_a_wrong_owner(hands: Sequence[Ownership]) -> str:
    """Who was written down, stays written down: there is one row, and it has no history."""
    return max(hands, key=lambda each: each.since).owner


def test_snowplow_s1_a_login_that_was_a_mistake_gives_the_device_back() -> None:
    def is_anns(owner: str | None) -> bool:
        return owner == ANN

    ann, mistake = owned(TABLET, ANN, -6), owned(TABLET, BOB, -1)
    assert not is_anns(naive_keeps_a_wrong_owner([ann, mistake]))

    told = evidence([ann, mistake, retracted(mistake)])
    assert is_anns(owner_at(told, node(TABLET), NOON, NOON))
