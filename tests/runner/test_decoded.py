"""A record is decoded once for each of its versions, and never shown at another."""

from __future__ import annotations

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.collection import Version
from omnicommerce.runner.decoded import DECODED_MAX, Decoded
from tests.backstage import command, runner, world
from tests.lending import discard, grow, keep, size_of


def test_a_version_is_known_only_as_itself() -> None:
    decoded = Decoded()
    decoded.keep(("thing", "a"), Version("v1"), "at", "one")

    assert (Version("v1"), "at", "one") == decoded.of(("thing", "a"), Version("v1"))
    assert decoded.of(("thing", "a"), Version("v2")) is None
    assert decoded.of(("thing", "b"), Version("v1")) is None


def test_a_new_version_takes_the_place_of_the_old() -> None:
    decoded = Decoded()
    decoded.keep(("thing", "a"), Version("v1"), "at", "one")
    decoded.keep(("thing", "a"), Version("v2"), "at", "two")

    assert decoded.of(("thing", "a"), Version("v1")) is None
    assert 1 == len(decoded.kept)


def test_what_is_remembered_is_bounded() -> None:
    decoded = Decoded()
    for n in range(DECODED_MAX + 5):
        decoded.keep(("thing", str(n)), Version("v"), "at", n)

    assert len(decoded.kept) <= DECODED_MAX
    assert decoded.of(("thing", "0"), Version("v")) is None
    assert decoded.of(("thing", str(DECODED_MAX + 4)), Version("v")) is not None


def test_two_runners_that_remember_apart_never_see_an_outdated_record() -> None:
    storage = MemoryStorage()
    one, other = runner(storage, world()), runner(storage, world())
    one.run(command(keep, id="a", size=1))

    for size in range(2, 6):
        for mine, theirs in ((one, other), (other, one)):
            assert size - 1 == theirs.run(command(size_of, id="a"))
            mine.run(command(keep, id="a", size=size))
            assert size == theirs.run(command(size_of, id="a"))
            theirs.run(command(discard, id="a"))
            assert 1 == mine.run(command(grow, id="a"))
            theirs.run(command(keep, id="a", size=size - 1))
        one.run(command(keep, id="a", size=size))
