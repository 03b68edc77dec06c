"""As much as the port says: a batch, a look and a page of the largest size are like any other."""

from __future__ import annotations

from typing import Final

from omnicommerce.kernel.errors import Conflict, Exhausted
from omnicommerce.ports.storage import KEYS_MAX, OPERATIONS_MAX, Add, Append, Check, Delete
from omnicommerce.testing.storage_laws.bench import (
    Bench,
    Operation,
    counter,
    entries,
    expect,
    put,
    refused,
    rows,
    stored,
    thing,
)

FIFTH: Final = OPERATIONS_MAX // 5
"""Five kinds of operation share the largest batch."""


def a_batch_may_have_as_many_entries_as_the_port_says(bench: Bench) -> None:
    """OPERATIONS_MAX entries of one batch are all there, in their order."""
    storage = bench.fresh()
    stored(storage, *(Append(f"e{n}", "{}") for n in range(OPERATIONS_MAX)))

    expect("every entry", [f"e{n}" for n in range(OPERATIONS_MAX)], [entry.id for entry in entries(storage)])


def a_batch_may_be_as_large_as_the_port_says(bench: Bench) -> None:
    """OPERATIONS_MAX operations are stored whole or not at all, and KEYS_MAX keys are read in one look."""
    storage = bench.fresh()
    first = stored(storage, *(put(f"{kind}{n}") for kind in ("check", "delete") for n in range(FIFTH)))
    operations: list[Operation] = [
        *(Check(thing(f"check{n}"), first) for n in range(FIFTH)),
        *(put(f"put{n}", at=(("when", f"{n:05}"),)) for n in range(FIFTH)),
        *(Delete(thing(f"delete{n}"), first) for n in range(FIFTH)),
        *(Add(f"n{n}", n + 1) for n in range(FIFTH - 1)),
        *(Append(f"f{n}", "{}") for n in range(FIFTH)),
    ]
    refused("the last of so many is stale", Conflict, storage, *operations, Check(thing("none"), first))
    refused("the last of so many is at its bound", Exhausted, storage, *operations, Add("last", -1, floor=0))
    expect("a refusal leaves no trace", [None, 0], storage.read((thing("put0"), counter("n0"))))
    second = stored(storage, *operations)

    for kind, version in (("put", second), ("check", first), ("delete", None)):
        for start in range(0, FIFTH, KEYS_MAX):
            seen = storage.read([thing(f"{kind}{n}") for n in range(start, start + KEYS_MAX)])
            versions = [getattr(record, "version", None) for record in seen]
            expect(f"every {kind}", [version] * KEYS_MAX, versions)
    mixed = [key for n in range(KEYS_MAX // 2) for key in (counter(f"n{n}"), thing(f"put{n}"))]
    expect("records and counters in one look", list(range(1, KEYS_MAX // 2 + 1)), storage.read(mixed)[::2])
    expect("every row", FIFTH, len(rows(storage)))
