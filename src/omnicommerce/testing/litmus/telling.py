"""A failure in words: what was promised, the program, the order of the calls, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from omnicommerce.ports.storage import (
    COUNTERS,
    Add,
    Append,
    Batch,
    Committed,
    Entry,
    Key,
    Page,
    Put,
    Query,
    Record,
)
from omnicommerce.testing.litmus.history import Seen
from omnicommerce.testing.litmus.linear import DeadEnd
from omnicommerce.testing.litmus.party import Asked, Followed, Naming, Request
from omnicommerce.testing.litmus.program import Program
from omnicommerce.testing.litmus.stage import Call

BODY_SHOWN: Final = 40
"""Nobody reads a long body in a failure."""


def failure(program: Program, reason: str, run: str) -> AssertionError:
    """The error of a broken promise."""
    return AssertionError(f"promised: {program.promise}\n    seen: {reason}\nprogram: {program.name}\n{run}")


def reason_of(dead_end: DeadEnd, naming: Naming) -> str:
    """Where no order of the calls explains an answer."""
    if dead_end.call is None:
        return (
            "the journal does not follow the versions: an order that explains all else would have the entries"
            f" {[naming.short(str(id)) for id in dead_end.expected]}"  # type: ignore[attr-defined]  # ids
        )
    who = "the one who looked afterwards" if dead_end.call.party < 0 else f"T{dead_end.call.party + 1}"
    return (
        f"no order of the calls explains what {who} was told by {_request(dead_end.call.request, naming)}:\n"
        f"          {_answer(dead_end.call.answer, naming)}\n"
        f"          where {_answer(dead_end.expected, naming)} would be right"
    )


def run_of(seen: Seen) -> str:
    """Who called what in which order, and what came of it."""
    return "\n".join(_lines(seen))


def order_of(turns: tuple[int, ...]) -> str:
    """The order of the turns: T1 T2 T1."""
    return " ".join(f"T{turn + 1}" for turn in turns)


def _lines(seen: Seen) -> Iterator[str]:
    naming = seen.world.naming
    yield f"interleaving: {order_of(seen.turns)}"
    if seen.hold is not None:
        yield (
            f"held up: call {seen.hold.nth + 1} of T{seen.hold.party + 1}, at {seen.held_at}, where it took"
            f" the next out of its batch (for the {seen.hold.taking}. time); the others went on meanwhile"
        )
    yield "calls, by their beginnings:"
    for call in sorted(seen.calls, key=lambda call: call.began):
        across = dict.fromkeys(f"T{each.party + 1}" for each in seen.calls if _overlap(each, call))
        aside = f"   (while {' and '.join(across)} was in a call)" if across else ""
        yield f"  T{call.party + 1}  {_request(call.request, naming)}{aside}"
        yield f"      -> {_answer(call.answer, naming)}"
    for shop, look in seen.looks:
        yield f"afterwards, in shop {shop + 1}:  {_request(look.request, naming)}"
        yield f"      -> {_answer(look.answer, naming)}"
    for shop, journal in enumerate(seen.journals):
        yield f"journal of shop {shop + 1}: {[naming.short(id) for id in journal]}"


def _overlap(one: Call, other: Call) -> bool:
    return one is not other and not one.is_before(other) and not other.is_before(one)


def _request(request: Request, naming: Naming) -> str:
    match request:
        case Asked(keys):
            return f"looks at {', '.join(_key(key, naming) for key in keys)}"
        case Query(_, _, since, until, limit, after):
            behind = f" behind {(after[0], naming.short(after[1]))}" if after else ""
            return f"finds at most {limit} from {since!r} to {until!r}{behind}"
        case Followed(_, limit):
            return f"follows the journal, at most {limit} entries"
        case Batch():
            operations = "; ".join(operations_of(request, naming)) or "nothing"
            return f"stores as {naming.short(request.id)!r}: {operations}"


def operations_of(batch: Batch, naming: Naming) -> Iterator[str]:
    """What a batch does, one operation after the other."""
    for check in batch.checks:
        yield f"relies on {_key(check.key, naming)} at {_version(check.version, naming)}"
    for put in batch.puts:
        rows = f" filed at {_rows(put, naming)}" if put.indexes else ""
        yield f"puts {_key(put.key, naming)} = {_cut(put.body)} over {_version(put.version, naming)}{rows}"
    for delete in batch.deletes:
        yield f"deletes {_key(delete.key, naming)} at {_version(delete.version, naming)}"
    for add in batch.adds:
        yield _added(add, naming)
    for entry in batch.entries:
        yield _appended(entry, naming)


def _rows(put: Put, naming: Naming) -> str:
    return ", ".join(f"{naming.short(index)} {text!r}" for index, text in put.indexes)


def _added(add: Add, naming: Naming) -> str:
    floor = "" if add.floor is None else f", not below {add.floor}"
    ceiling = "" if add.ceiling is None else f", not above {add.ceiling}"
    return f"adds {add.delta:+} to #{naming.short(add.counter)}{floor}{ceiling}"


def _appended(entry: Append, naming: Naming) -> str:
    return f"appends {naming.short(entry.id)}"


def _answer(answer: object, naming: Naming) -> str:
    match answer:
        case Page(rows, has_more):
            found = ", ".join(
                f"{naming.short(row.id)} at {row.at!r} {_found(row.record, naming)}" for row in rows
            )
            return f"[{found}]{' and more' if has_more else ''}"
        case list():
            return f"[{', '.join(_found(each, naming) for each in answer)}]"
        case Committed(totals):
            told = {f"#{naming.short(name)}": total for name, total in totals.items()}
            return f"Committed, totals {told}" if told else "Committed"
        case BaseException():
            return f"{type(answer).__name__}: {answer}"
        case _:
            return repr(answer)


def _found(found: object, naming: Naming) -> str:
    match found:
        case Record(version, body):
            return f"{_cut(body)} by {naming.short(version)}"
        case Entry(_, id, _):
            return naming.short(id)
        case _:
            return repr(found)


def _key(key: Key, naming: Naming) -> str:
    return ("#" if key.collection == COUNTERS else "") + naming.short(key.id)


def _version(version: str, naming: Naming) -> str:
    return naming.short(version) if version else "nothing"


def _cut(body: str) -> str:
    return body if len(body) <= BODY_SHOWN else f"{body[: BODY_SHOWN // 2]}... ({len(body)} characters)"
