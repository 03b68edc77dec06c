"""What no storage of ours takes in, and where it says the fault is."""

from __future__ import annotations

from typing import Any

import pytest

from omnicommerce.adapters.storage.checked import position_at
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import BadValue, Exhausted
from omnicommerce.ports.storage import (
    BODY_LENGTH_MAX,
    COUNTERS,
    KEYS_MAX,
    OPERATIONS_MAX,
    PAGE_MAX,
    START,
    Add,
    Append,
    Batch,
    Check,
    Delete,
    Key,
    Position,
    Put,
    Query,
    Trim,
)

A, B = Key("things", "a"), Key("things", "b")
V = Version("v")


def put(key: Key = A, body: Any = "{}", *rows: Any, version: Any = ABSENT) -> Put:
    return Put(key, body, rows, version)


@pytest.mark.parametrize(
    ("path", "batch"),
    [
        ("batch.id", Batch(Version(""))),
        ("batch.id", Batch(Version("a\n"))),
        ("batch", Batch(V, adds=(Add("uses", 1),) * (OPERATIONS_MAX + 1))),
        ("puts[1].key.id", Batch(V, puts=(put(), put(Key("things", ""))))),
        ("puts[0].key.id", Batch(V, puts=(put(Key("things", "x" * 257)),))),
        ("puts[0].key.collection", Batch(V, puts=(put(Key("\ud800", "a")),))),
        ("puts[0].key", Batch(V, puts=(put(Key(COUNTERS, "a")),))),
        ("puts[0].version", Batch(V, puts=(put(version="\0"),))),
        ("puts[0].body", Batch(V, puts=(put(A, '"\0"'),))),
        ("puts[0].body", Batch(V, puts=(put(A, '"\ud800"'),))),
        ("puts[0].body", Batch(V, puts=(put(A, b"{}"),))),
        ("puts[0].body", Batch(V, puts=(put(A, "x" * (BODY_LENGTH_MAX + 1)),))),
        ("puts[0].indexes[1][0]", Batch(V, puts=(put(A, "{}", ("when", ""), ("", "")),))),
        ("puts[0].indexes[0][1]", Batch(V, puts=(put(A, "{}", ("when", "\x1f")),))),
        ("puts[0].indexes[0][1]", Batch(V, puts=(put(A, "{}", ("when", None)),))),
        ("puts[0].indexes[0][1]", Batch(V, puts=(put(A, "{}", ("when", "x" * 513)),))),
        ("puts[1].key", Batch(V, puts=(put(), put()))),
        ("puts[0].key", Batch(V, checks=(Check(A, V),), puts=(put(),))),
        ("deletes[0].key", Batch(V, puts=(put(B), put()), deletes=(Delete(A, V),))),
        ("checks[1].key", Batch(V, checks=(Check(A, V), Check(A, V)))),
        ("checks[0].key.id", Batch(V, checks=(Check(Key("things", "\x7f"), V),))),
        ("deletes[0].key.id", Batch(V, deletes=(Delete(Key("things", "\u200b"), V),))),
        ("adds[0].counter", Batch(V, adds=(Add("", 1),))),
        ("adds[0].delta", Batch(V, adds=(Add("uses", 1.0),))),  # type: ignore[arg-type]
        ("adds[0].delta", Batch(V, adds=(Add("uses", True),))),
        ("adds[1].delta", Batch(V, adds=(Add("uses", 1), Add("uses", AMOUNT_MAX + 1)))),
        ("adds[0].floor", Batch(V, adds=(Add("uses", 1, floor=-AMOUNT_MAX - 1),))),
        ("adds[0].ceiling", Batch(V, adds=(Add("uses", 1, ceiling=2**63),))),
        ("entries[0].id", Batch(V, entries=(Append("", "{}"),))),
        ("entries[1].body", Batch(V, entries=(Append("e", "{}"), Append("e", "\0")))),
        ("trim.upto", Batch(V, trim=Trim(Position("1")))),
    ],
)
def test_a_batch_nobody_can_store_is_refused_with_the_path_of_its_fault(path: str, batch: Batch) -> None:
    storage = MemoryStorage()
    with pytest.raises(BadValue) as caught:
        storage.commit(batch)

    assert path == caught.value.path
    assert [None, None] == storage.read((A, B))
    assert [] == storage.journal(START, 1)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("query.collection", Query("", "when")),
        ("query.index", Query("things", "\0")),
        ("query.since", Query("things", "when", "\ud800")),
        ("query.until", Query("things", "when", until="\x00")),
        ("query.after[0]", Query("things", "when", after=("\n", "a"))),
        ("query.after[1]", Query("things", "when", after=("a", "\n"))),
        ("query.limit", Query("things", "when", limit=0)),
        ("query.limit", Query("things", "when", limit=PAGE_MAX + 1)),
    ],
)
def test_a_query_nobody_can_answer_is_refused_with_the_path_of_its_fault(path: str, query: Query) -> None:
    with pytest.raises(BadValue) as caught:
        MemoryStorage().scan(query)

    assert path == caught.value.path


def test_a_range_may_end_at_the_last_code_point() -> None:
    assert () == MemoryStorage().scan(Query("things", "when", "a\u3000", "a\U0010ffff")).rows


def test_too_many_keys_are_refused() -> None:
    storage = MemoryStorage()

    assert KEYS_MAX == len(storage.read((A,) * KEYS_MAX))
    with pytest.raises(BadValue, match="keys: expected at most 1000"):
        storage.read((A,) * (KEYS_MAX + 1))
    with pytest.raises(BadValue, match=r"keys\[1\]\.id"):
        storage.read((A, Key("things", "")))
    with pytest.raises(BadValue, match=r"keys\[0\]\.collection"):
        storage.read((Key(" \n", "a"),))


@pytest.mark.parametrize("after", ["1", "x" * 19, "\u0661" * 19, "-" + "0" * 18, "0" * 20])
def test_a_position_of_another_storage_is_refused(after: str) -> None:
    with pytest.raises(BadValue, match="after: expected a position that this storage handed out"):
        MemoryStorage().journal(Position(after), 1)


@pytest.mark.parametrize("limit", [0, -1, PAGE_MAX + 1, 1.5, None])
def test_a_page_has_a_size(limit: Any) -> None:
    with pytest.raises(BadValue, match="limit"):
        MemoryStorage().journal(START, limit)


def test_positions_also_sort_as_texts() -> None:
    assert position_at(9) < position_at(10) < position_at(2**62)


def test_no_counter_leaves_what_a_whole_number_may_be() -> None:
    storage = MemoryStorage()
    storage.commit(Batch(V, adds=(Add("up", AMOUNT_MAX), Add("down", -AMOUNT_MAX))))

    for beyond in (Add("up", 1), Add("down", -1)):
        with pytest.raises(Exhausted):
            storage.commit(Batch(V, adds=(beyond,)))
