"""The journal: entries in the order of their commits, behind a reader's mark and never before it."""

from __future__ import annotations

from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import START, Add, Append, Position, Storage, Trim
from omnicommerce.testing.storage_laws.bench import Bench, entries, expect, put, refused, stored


def entries_keep_the_order_of_their_commits(bench: Bench) -> None:
    """First by commit, then as in the batch, with their ids and bodies."""
    storage = bench.fresh()
    expect("the journal of a new shop is empty", [], storage.journal(START, 10))
    stored(storage, Append("e9", '"one"'), Append("e1", '"two"'))
    stored(storage, put("a"))
    stored(storage, Append("e5", '"three"'))

    expect(
        "in the order of the commits",
        [("e9", '"one"'), ("e1", '"two"'), ("e5", '"three"')],
        [(entry.id, entry.body) for entry in storage.journal(START, 10)],
    )


def a_position_is_a_mark(bench: Bench) -> None:
    """Hand a position back, and exactly the entries behind it follow."""
    storage = _written(bench, 6)
    whole = entries(storage)

    for n, entry in enumerate(whole):
        expect(f"behind the mark {entry.position!r}", whole[n + 1 :], storage.journal(entry.position, 10))
    expect("every entry has a position of its own", 6, len({entry.position for entry in whole}))
    expect("the start is before all of them", False, START in {entry.position for entry in whole})


def a_limit_is_kept(bench: Bench) -> None:
    """At most so many entries, and in small pages none is lost."""
    storage = _written(bench, 7)
    whole = entries(storage)

    for limit in (1, 2, 6, 7, 8):
        expect(f"at most {limit} of 7", whole[:limit], storage.journal(START, limit))
        expect(f"in pages of {limit}", whole, entries(storage, page=limit))


def later_entries_come_later(bench: Bench) -> None:
    """A reader who remembers one position misses nothing and sees nothing twice."""
    storage = bench.fresh()
    mark, seen = START, []
    for n in range(5):
        stored(storage, *(Append(f"e{n}-{m}", "{}") for m in range(n)))
        for entry in storage.journal(mark, 10):
            seen.append(entry.id)
            mark = entry.position

    expect("each entry once, in order", [f"e{n}-{m}" for n in range(5) for m in range(n)], seen)


def a_refused_batch_writes_no_entry(bench: Bench) -> None:
    """Not now, and not later either."""
    storage = _written(bench, 1)
    version = stored(storage, put("a"))
    never = (Append("never", "{}"), Append("never-either", "{}"))
    refused("a stale put is a Conflict", Conflict, storage, *never, put("a", "2", Version("stale")))
    refused("a bound is kept", Exhausted, storage, *never, Add("free", -1, floor=0))
    expect("no entries of refused batches", ["e0"], [entry.id for entry in entries(storage)])
    stored(storage, put("a", "2", version), Append("after", "{}"))

    expect("nor after the next commit", ["e0", "after"], [entry.id for entry in entries(storage)])


def a_trim_forgets_up_to_its_position(bench: Bench) -> None:
    """The entry at the position goes too, and the one behind it stays."""
    storage = _written(bench, 5)
    whole = entries(storage)
    stored(storage, Trim(whole[1].position))

    expect("two are forgotten, three stay where they were", whole[2:], entries(storage))
    expect("an old mark still works", whole[2:], storage.journal(whole[0].position, 10))
    stored(storage, Trim(whole[0].position))
    expect("to trim less than before changes nothing", whole[2:], entries(storage))
    stored(storage, Trim(START))
    expect("nothing is before the start", whole[2:], entries(storage))


def a_trim_spares_the_entries_of_its_own_batch(bench: Bench) -> None:
    """Retention forgets the old books and writes the checkpoint in one commit."""
    storage = _written(bench, 3)
    last = entries(storage)[-1].position
    stored(storage, Append("checkpoint", "{}"), Trim(last))

    expect("only the checkpoint is left", ["checkpoint"], [entry.id for entry in entries(storage)])
    expect("and it stands behind the mark", ["checkpoint"], [e.id for e in storage.journal(last, 10)])


def positions_are_never_used_twice(bench: Bench) -> None:
    """Not even after the whole journal was forgotten, nor after a restart: a reader's mark stays true."""
    storage = _written(bench, 3)
    used: set[Position] = set()
    mark = START
    for n in range(4):
        for entry in storage.journal(mark, 10):
            expect(f"the position {entry.position!r} is used once", False, entry.position in used)
            used.add(entry.position)
            mark = entry.position
        stored(storage, Trim(mark))
        expect("all is forgotten", [], storage.journal(START, 10))
        if n % 2:
            storage = bench.again(storage)
        stored(storage, Append(f"new-{n}", "{}"))
        expect(
            "what is new stands behind the old mark", [f"new-{n}"], [e.id for e in storage.journal(mark, 10)]
        )


def _written(bench: Bench, number: int) -> Storage:
    storage = bench.fresh()
    for n in range(number):
        stored(storage, Append(f"e{n}", f'"{n}"'))
    return storage
