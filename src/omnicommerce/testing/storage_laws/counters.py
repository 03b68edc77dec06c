"""Counters: many may move one at once, and a bound is tested only by those who move towards it."""

from __future__ import annotations

from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.errors import Exhausted
from omnicommerce.ports.storage import Add
from omnicommerce.testing.storage_laws.bench import Bench, batch, counter, expect, refused, stored, total


def a_counter_starts_at_zero_and_adds_up(bench: Bench) -> None:
    """Adds of one batch and of several add up, in both directions."""
    storage = bench.fresh()
    stored(storage, Add("uses", 5), Add("uses", -7))
    stored(storage, Add("uses", 1))

    expect("0 + 5 - 7 + 1", -1, total(storage, "uses"))
    expect("a counter nobody moved", 0, total(storage, "others"))


def committed_tells_where_each_counter_stands(bench: Bench) -> None:
    """`totals` names the counters of the batch, and only those, with their totals after it."""
    storage = bench.fresh()
    stored(storage, Add("uses", 5), Add("others", 1))
    answer = storage.commit(batch(Add("uses", 5), Add("budget", -2), Add("uses", 1), Add("still", 0)))

    expect(
        "totals after the batch, of its counters only",
        {"uses": 11, "budget": -2, "still": 0},
        dict(answer.totals),
    )
    expect("no adds, no totals", {}, dict(storage.commit(batch()).totals))


def a_floor_holds_those_who_take(bench: Bench) -> None:
    """To reach the floor is allowed, to pass it is not."""
    storage = bench.fresh()
    stored(storage, Add("free", 3))
    stored(storage, Add("free", -3, floor=0))
    error = refused("taking below the floor", Exhausted, storage, Add("free", -1, floor=0))
    stored(storage, Add("free", -1, floor=-1), Add("free", -4))

    expect("Exhausted names the counter", "free", getattr(error, "counter", None))
    expect("no floor, no bound", -5, total(storage, "free"))


def a_ceiling_holds_those_who_add(bench: Bench) -> None:
    """To reach the ceiling is allowed, to pass it is not."""
    storage = bench.fresh()
    stored(storage, Add("claims", 10, ceiling=10))
    error = refused("adding above the ceiling", Exhausted, storage, Add("claims", 1, ceiling=10))
    stored(storage, Add("claims", 1, ceiling=11), Add("claims", 4))

    expect("Exhausted names the counter", "claims", getattr(error, "counter", None))
    expect("no ceiling, no bound", 15, total(storage, "claims"))


def giving_back_is_never_refused(bench: Bench) -> None:
    """Beyond a bound already, a step back towards it is welcome, and a step of 0 is no step."""
    storage = bench.fresh()
    stored(storage, Add("free", -10), Add("claims", 10))
    stored(storage, Add("free", 3, floor=0), Add("claims", -3, ceiling=0))
    stored(storage, Add("free", 0, floor=0, ceiling=-100), Add("claims", 0, floor=100, ceiling=0))
    stored(storage, Add("free", 1, floor=0, ceiling=AMOUNT_MAX), Add("claims", -1, floor=0, ceiling=0))

    expect(
        "only the bound in the direction of the delta is tested",
        (-6, 6),
        _two(total(storage, "free"), total(storage, "claims")),
    )


def each_add_is_tested_against_the_running_total(bench: Bench) -> None:
    """Netted, a receipt of 10 would hide an over-draw of 5; out of order, it would forbid a fair draw."""
    storage = bench.fresh()
    refused("-5 first passes the floor", Exhausted, storage, Add("free", -5, floor=0), Add("free", 10))
    stored(storage, Add("free", 5), Add("other", -1), Add("free", -5, floor=0))
    refused(
        "5 - 10 passes the floor",
        Exhausted,
        storage,
        Add("free", 5),
        Add("free", -10, floor=0),
        Add("free", 9),
    )
    refused("+5 first passes the ceiling", Exhausted, storage, Add("free", 5, ceiling=4), Add("free", -5))
    stored(storage, Add("free", 10), Add("free", -9, floor=0), Add("free", 1, ceiling=2))

    expect("0 + 10 - 9 + 1", 2, total(storage, "free"))


def large_numbers_stay_exact(bench: Bench) -> None:
    """Counters are whole numbers up to 10^15, never floats."""
    storage = bench.fresh()
    stored(storage, Add("up", AMOUNT_MAX), Add("down", -AMOUNT_MAX))
    stored(storage, Add("up", -1), Add("down", 1))

    expect(
        "exact to the last unit",
        (AMOUNT_MAX - 1, 1 - AMOUNT_MAX),
        _two(total(storage, "up"), total(storage, "down")),
    )


def _two(first: int, second: int) -> tuple[int, int]:
    return first, second


def no_total_passes_the_largest_number(bench: Bench) -> None:
    """None is a bound, too: no total is above AMOUNT_MAX or below its opposite, not even in passing."""
    storage = bench.fresh()
    stored(storage, Add("up", AMOUNT_MAX), Add("down", -AMOUNT_MAX))
    refused("a total above AMOUNT_MAX", Exhausted, storage, Add("up", 1))
    refused("a total below -AMOUNT_MAX", Exhausted, storage, Add("down", -1))
    refused("nor in passing", Exhausted, storage, Add("up", 1), Add("up", -2))
    stored(storage, Add("up", -1), Add("up", 1), Add("down", 1), Add("down", -1))

    expect("where they were", [AMOUNT_MAX, -AMOUNT_MAX], storage.read((counter("up"), counter("down"))))


def a_bound_may_be_zero_or_below(bench: Bench) -> None:
    """0 is a bound like any other, and so is a number below it."""
    storage = bench.fresh()
    refused("a ceiling of 0", Exhausted, storage, Add("debt", 1, ceiling=0))
    stored(storage, Add("debt", -9))
    refused("a ceiling below 0", Exhausted, storage, Add("debt", 5, ceiling=-5))
    stored(storage, Add("debt", 4, ceiling=-5))
    refused("a floor below 0", Exhausted, storage, Add("debt", -2, floor=-6))
    refused("a floor beside a ceiling", Exhausted, storage, Add("debt", -1, floor=-5, ceiling=9))
    refused("a ceiling beside a floor", Exhausted, storage, Add("debt", 6, floor=-9, ceiling=0))
    stored(storage, Add("debt", 5, ceiling=0))

    expect("0 - 9 + 4 + 5", 0, total(storage, "debt"))


def exhausted_names_the_counter(bench: Bench) -> None:
    """Of several counters the one whose bound would be passed: a till can say which shelf is empty."""
    storage = bench.fresh()
    adds = (Add("full", 5), Add("empty", -1, floor=0), Add("other", 1))
    for order in (adds, adds[::-1], (*adds[1:], adds[0])):
        error = refused("a bound is kept", Exhausted, storage, *order)
        named = error.counter if isinstance(error, Exhausted) else None
        expect("Exhausted names the counter that would pass its bound", "empty", named)
