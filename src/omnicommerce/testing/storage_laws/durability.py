"""After a restart everything acknowledged is there and nothing else; two who share a shop see each other."""

from __future__ import annotations

from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import Add, Append, Check, Delete, Storage, Trim
from omnicommerce.testing.storage_laws.bench import (
    Bench,
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

_NAMES, _COUNTERS = ("a", "b", "c", "never"), ("uses", "free")


def everything_is_there_after_a_restart(bench: Bench) -> None:
    """Records, versions, counters, index rows and the journal, as they were acknowledged."""
    storage = bench.fresh()
    _a_morning(storage)
    before = everything(storage, _NAMES, _COUNTERS)
    storage = bench.again(storage)

    for what, had, has in zip(
        ("records and counters", "index rows", "entries"), before, _seen(storage), strict=True
    ):
        expect(f"after a restart the {what} are as they were", had, has)


def the_last_commit_is_there_after_a_restart(bench: Bench) -> None:
    """To acknowledge is to have stored: not a moment later."""
    storage = bench.fresh()
    for n in range(3):
        version = stored(
            storage, put(f"r{n}", str(n), at=(("when", str(n)),)), Add("uses", 1), Append(f"e{n}", "{}")
        )
        storage = bench.again(storage)

        expect("the record that was just acknowledged", version, found(storage, f"r{n}").version)
        expect("its counter", n + 1, total(storage, "uses"))
        expect("its entry", f"e{n}", entries(storage)[-1].id)


def a_refused_batch_is_not_there_after_a_restart(bench: Bench) -> None:
    """A refusal leaves nothing that a restart could bring to life."""
    storage = bench.fresh()
    _a_morning(storage)
    before = everything(storage, _NAMES, _COUNTERS)
    never = (put("never", at=(("when", "never"),)), Add("uses", 5), Append("never", "{}"))
    refused("a stale check is a Conflict", Conflict, storage, *never, Check(thing("a"), Version("stale")))
    refused("a bound is kept", Exhausted, storage, *never, Add("free", -100, floor=0))
    storage = bench.again(storage)

    for what, had, has in zip(
        ("records and counters", "index rows", "entries"), before, _seen(storage), strict=True
    ):
        expect(f"after a refusal and a restart the {what} are as they were", had, has)


def guards_hold_across_a_restart(bench: Bench) -> None:
    """Versions, bounds and marks mean the same before and after."""
    storage = bench.fresh()
    version = _a_morning(storage)
    mark = entries(storage)[-1].position
    storage = bench.again(storage)
    refused("a bound from before the restart", Exhausted, storage, Add("free", -8, floor=0))
    refused("a version long gone", Conflict, storage, put("b", "9", Version("stale")))
    stored(storage, Check(thing("a"), version), put("later"), Append("later", "{}"), Add("free", -7, floor=0))

    expect("behind the mark from before", ["later"], [entry.id for entry in storage.journal(mark, 10)])


def two_who_share_a_shop_see_each_other(bench: Bench) -> None:
    """What one has acknowledged, the other sees at once, and must not write over unseen."""
    one = bench.fresh()
    other = bench.again(one)

    def both_see_the_same() -> None:
        # Also what they have looked at before: nobody may keep an old answer.
        expect("both see the same", everything(one, _NAMES, _COUNTERS), everything(other, _NAMES, _COUNTERS))

    both_see_the_same()
    first = stored(one, put("a", '"one"', at=(("when", "1"),)), Add("free", 1), Append("e1", "{}"))
    expect("the other sees the record", first, found(other, "a").version)
    both_see_the_same()
    second = stored(other, put("a", '"other"', first, at=(("when", "2"),)), Add("free", -1, floor=0))
    both_see_the_same()
    refused("a version the other has replaced", Conflict, one, put("a", '"stale"', first))
    refused("a counter the other has emptied", Exhausted, one, Add("free", -1, floor=0))
    stored(one, Append("e2", "{}"), Delete(thing("a"), second))
    expect("the other sees that it is gone", [None], other.read((thing("a"),)))
    both_see_the_same()


def everything_is_there_after_all_doors_were_shut(bench: Bench) -> None:
    """Whatever keeps the shop, it is not that somebody has it open."""
    if not bench.is_durable:
        return
    storage = bench.fresh()
    other = bench.again(storage)
    _a_morning(storage)
    before = everything(other, _NAMES, _COUNTERS)
    bench.shut(other)
    bench.shut(storage)

    expect("all of it, opened by nobody in between", before, _seen(bench.again(storage)))


def _a_morning(storage: Storage) -> Version:
    first = stored(
        storage, put("b", '"b"', at=(("when", "2"),)), put("c"), Append("e0", "{}"), Append("e1", "1")
    )
    stored(storage, Add("uses", 3), Add("free", 10), Delete(thing("c"), first), Append("e2", '"\u4e2d"'))
    stored(
        storage,
        put("b", '"bb"', first, at=(("when", "3"), ("when", "4"))),
        Trim(entries(storage)[0].position),
    )
    return stored(storage, put("a", '"\U0001f600"', at=(("when", ""),)), Add("free", -3, floor=0))


def _seen(storage: Storage) -> tuple[object, object, object]:
    return everything(storage, _NAMES, _COUNTERS)
