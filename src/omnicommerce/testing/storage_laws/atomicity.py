"""All or nothing: what is stored together is there together, and a refusal leaves no trace."""

from __future__ import annotations

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import Add, Append, Check, Delete, Storage, Trim
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    Operation,
    counter,
    entries,
    everything,
    expect,
    found,
    put,
    refused,
    stored,
    thing,
    total,
)

_STALE = Version("a-version-that-never-was")


def a_batch_is_stored_whole(bench: Bench) -> None:
    """Puts, deletes, adds, entries and a trim of one batch are all there afterwards."""
    storage = bench.fresh()
    first = stored(storage, put("old"), put("kept"), Append("e1", '"one"'), Append("e2", '"two"'))
    upto = entries(storage)[0].position
    second = stored(
        storage,
        Check(thing("kept"), first),
        put("new", '"n"', at=(("when", "today"),)),
        Delete(thing("old"), first),
        Add("uses", 3),
        Append("e3", '"three"'),
        Trim(upto),
    )

    expect("a put of the batch is stored", ("n", second), (found(storage, "new").body[1], second))
    expect("a put's version is the batch's id", second, found(storage, "new").version)
    expect("a delete of the batch is done", [None], storage.read((thing("old"),)))
    expect("an add of the batch is done", 3, total(storage, "uses"))
    expect("a trim and the entries of the batch are done", ["e2", "e3"], [e.id for e in entries(storage)])


def a_conflict_stores_nothing(bench: Bench) -> None:
    """One stale version undoes the whole batch, whichever operation states it."""
    for stale in (Check(thing("b"), _STALE), put("b", "9", _STALE), Delete(thing("b"), _STALE)):
        storage, version = _a_small_shop(bench)
        _expect_no_trace(storage, version, Conflict, stale)


def an_exhausted_counter_stores_nothing(bench: Bench) -> None:
    """One counter at its bound undoes the whole batch, the counters moved before it included."""
    for bounded in (Add("uses", -3, floor=0), Add("uses", 2, ceiling=2), Add("unmoved", -1, floor=0)):
        storage, version = _a_small_shop(bench)
        _expect_no_trace(storage, version, Exhausted, bounded)


def the_storage_goes_on_after_a_refusal(bench: Bench) -> None:
    """A refused batch holds no lock and leaves no transaction open."""
    storage, version = _a_small_shop(bench)
    refused("a stale put is a Conflict", Conflict, storage, put("a", "9", _STALE))
    stored(storage, put("a", '"next"', version))
    refused("a bound is kept", Exhausted, storage, Add("uses", -9, floor=0))
    stored(storage, Add("uses", 1))

    expect("the commit after a Conflict is stored", '"next"', found(storage, "a").body)
    expect("the commit after an Exhausted is stored", 3, total(storage, "uses"))


def an_empty_batch_is_committed(bench: Bench) -> None:
    """To store nothing is no error, and changes nothing."""
    storage, _ = _a_small_shop(bench)
    before = everything(storage, ("a", "b"), ("uses",))
    stored(storage)

    expect("an empty batch changes nothing", before, everything(storage, ("a", "b"), ("uses",)))


def an_empty_read_is_answered(bench: Bench) -> None:
    """To read nothing is no error, either."""
    expect("no keys, no answers", [], bench.fresh().read(()))


def absent_things_read_as_absent(bench: Bench) -> None:
    """A record that is not there is None; a counter that nobody moved is 0."""
    storage = bench.fresh()

    expect("an absent record reads None, a counter 0", [None, 0], storage.read((thing("a"), counter("a"))))


def a_read_keeps_the_order_and_the_doubles_of_its_keys(bench: Bench) -> None:
    """The answers come in the order of the keys, one for each, however often a key is named."""
    storage, version = _a_small_shop(bench)
    a, b = storage.read((thing("a"), thing("b")))
    seen = storage.read((thing("b"), counter("uses"), thing("a"), thing("none"), thing("b"), counter("uses")))

    expect("both records are at the batch's version", (version, version), (_version(a), _version(b)))
    expect("answers in the order of the keys", [b, 2, a, None, b, 2], seen)


def records_counters_and_collections_do_not_mix(bench: Bench) -> None:
    """The same name may be a record in two collections and a counter, all different."""
    storage = bench.fresh()
    other = thing("x")._replace(collection="others")
    version = stored(storage, put("x", '"thing"', at=(("when", "1"),)), Add("x", 7), Add("things", 1))
    stored(storage, Check(other, ABSENT), Check(thing("x"), version))

    expect("a record of another collection is not there", [None], storage.read((other,)))
    expect(
        "the record and the counter of one name",
        ['"thing"', 7],
        [found(storage, "x").body, total(storage, "x")],
    )
    stored(storage, Delete(thing("x"), version))
    expect("deleting the record leaves the counter", [None, 7], storage.read((thing("x"), counter("x"))))


def _a_small_shop(bench: Bench) -> tuple[Storage, Version]:
    storage = bench.fresh()
    version = stored(
        storage,
        put("a", '"a"', at=(("when", "1"),)),
        put("b", '"b"', at=(("when", "2"),)),
        Add("uses", 2),
        Append("e1", '"first"'),
        Append("e2", '"second"'),
    )
    return storage, version


def _expect_no_trace(
    storage: Storage, version: Version, kind: type[Conflict | Exhausted], bad: Operation
) -> None:
    names, counters = ("a", "b", "new"), ("uses", "others")
    before = everything(storage, names, counters)
    others = (
        put("a", '"changed"', version, at=(("when", "9"),)),
        put("new", '"new"', at=(("when", "0"),)),
        Add("others", 5),
        Add("uses", -1),
        Append("e3", '"never"'),
        Trim(entries(storage)[0].position),
    )
    promise = f"{bad!r} is refused"
    refused(promise, kind, storage, *others, bad)
    refused(promise, kind, storage, bad, *others)
    seen = everything(storage, names, counters)

    for what, had, has in zip(("records and counters", "index rows", "entries"), before, seen, strict=True):
        expect(f"{kind.__name__} leaves the {what} as they were", had, has)


def _version(seen: object) -> object:
    return getattr(seen, "version", None)
