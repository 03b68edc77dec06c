"""Versions: nobody writes over what he has not seen, and no version ever comes back."""

from __future__ import annotations

from typing import Final

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict
from omnicommerce.ports.storage import Batch, Check, Delete, Record
from omnicommerce.testing.storage_laws.bench import Bench, expect, found, put, refused, stored, thing

_NEVER = Version("a-version-that-never-was")

ALIKE: Final = (
    ("a", "A"), ("a", "a "), ("a", " a"), ("0", "00"), ("1", "1.0"), ("\u00e9", "e\u0301"),
    ("\u00c5", "\u212b"), ("K", "\u212a"), ("ss", "\u00df"), ("i", "\u0130"), ("fi", "\ufb01"),
    ("x" * 256, "x" * 255), ("x" * 255 + "y", "x" * 256),
)  # fmt: skip
"""What some database takes for the same: by case, by spaces, as numbers, by accents, or cut off."""


def the_version_is_the_id_of_the_batch(bench: Bench) -> None:
    """Every record that a batch puts carries that batch's id, so an unknown commit can be settled."""
    storage = bench.fresh()
    first = stored(storage, put("a"), put("b"))
    second = stored(storage, put("a", "2", first))

    expect("the version is the last batch's id", second, found(storage, "a").version)
    expect("untouched records keep their version", first, found(storage, "b").version)


def a_put_needs_the_version_it_states(bench: Bench) -> None:
    """A put over an unseen version, over a record thought absent, or over nothing is a Conflict."""
    storage = bench.fresh()
    refused("a put at a version needs the record", Conflict, storage, put("a", "1", _NEVER))
    first = stored(storage, put("a", '"first"'))
    refused("a put of a new record needs its absence", Conflict, storage, put("a", "2"))
    second = stored(storage, put("a", '"second"', first))
    refused("a put at a version long gone is a Conflict", Conflict, storage, put("a", "3", first))
    refused("a put at a version that never was is a Conflict", Conflict, storage, put("a", "3", _NEVER))

    expect("the last put that was committed", Record(second, '"second"'), found(storage, "a"))


def a_delete_needs_the_version_it_states(bench: Bench) -> None:
    """A delete of an unseen version or of nothing is a Conflict."""
    storage = bench.fresh()
    refused("a delete at a version needs the record", Conflict, storage, Delete(thing("a"), _NEVER))
    first = stored(storage, put("a"))
    second = stored(storage, put("a", "2", first))
    refused("a delete at a version long gone is a Conflict", Conflict, storage, Delete(thing("a"), first))
    refused("a delete of a record thought absent", Conflict, storage, Delete(thing("a"), ABSENT))
    expect("a refused delete deletes nothing", second, found(storage, "a").version)
    stored(storage, Delete(thing("a"), second))

    expect("a deleted record is absent", [None], storage.read((thing("a"),)))
    refused("a second delete finds nothing", Conflict, storage, Delete(thing("a"), second))
    stored(storage, Delete(thing("a"), ABSENT))


def a_check_needs_the_version_it_states(bench: Bench) -> None:
    """A check of a stale version, of a version where nothing is, or of a wrong absence is a Conflict."""
    storage = bench.fresh()
    refused("a check at a version needs the record", Conflict, storage, Check(thing("a"), _NEVER))
    first = stored(storage, put("a"))
    refused("a check of an absence needs it", Conflict, storage, Check(thing("a"), ABSENT))
    second = stored(storage, put("a", "2", first))
    refused("a check of a version long gone", Conflict, storage, Check(thing("a"), first), put("b"))

    expect("a put behind a failed check is not stored", [None], storage.read((thing("b"),)))
    stored(storage, Check(thing("a"), second), put("b"))


def an_absent_key_can_be_checked(bench: Bench) -> None:
    """That there is nothing is something one can rely on."""
    storage = bench.fresh()
    stored(storage, Check(thing("a"), ABSENT), put("b"))
    first = stored(storage, put("a"))
    stored(storage, Delete(thing("a"), first), put("c"))
    stored(storage, Check(thing("a"), ABSENT), put("d"))

    expect("a check creates nothing", [None], storage.read((thing("a"),)))


def a_check_changes_nothing(bench: Bench) -> None:
    """A checked record keeps its version, so two who only check do not disturb each other."""
    storage = bench.fresh()
    version = stored(storage, put("a", '"a"'))
    stored(storage, Check(thing("a"), version), put("b"))
    stored(storage, Check(thing("a"), version), put("c"))

    expect("a checked record keeps its version", version, found(storage, "a").version)
    expect("a checked record keeps its body", '"a"', found(storage, "a").body)


def a_version_never_comes_back(bench: Bench) -> None:
    """Who saw a record before it was deleted and made again must not write over the new one."""
    storage = bench.fresh()
    stored(storage, put("a", '"old"'))
    seen = found(storage, "a").version
    stored(storage, Delete(thing("a"), seen))
    stored(storage, put("a", '"new"'))
    promise = "a version is never used twice, also after a delete"
    refused(promise, Conflict, storage, put("a", '"stale"', seen))
    refused(promise, Conflict, storage, Check(thing("a"), seen), put("b"))
    refused(promise, Conflict, storage, Delete(thing("a"), seen))

    expect("the new record is untouched", '"new"', found(storage, "a").body)
    expect("two lives, two versions", False, seen == found(storage, "a").version)


def two_versions_that_look_alike_are_two(bench: Bench) -> None:
    """A guard compares versions to the letter, as a read gives them back."""
    for pair in ALIKE:
        for mine, other in (pair, pair[::-1]):
            storage = bench.fresh()
            storage.commit(Batch(Version(mine), puts=(put("r", '"mine"'),)))
            stale = Version(other)
            for guard in (Check(thing("r"), stale), put("r", "2", stale), Delete(thing("r"), stale)):
                refused(f"{other[-9:]!r} is not {mine[-9:]!r}", Conflict, storage, guard)
