"""The words of a litmus program: what two or three transactions ask and store, as plain data.

A transaction is a row of calls. It looks first and stores then, and what it stores is built from what it
saw: the version of a record, the number in its body. Names are short here; each run gives them a prefix of
its own, so that one storage serves thousands of runs.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from omnicommerce.ports.storage import PAGE_MAX, Add, Append

COUNTER_SIGN: Final = "#"
"""A name that begins with this is a counter's."""

SHOPS: Final = 2
"""A program may play in one shop or in two that share a database."""


@attrs.frozen
class Plus:
    """A body: the number that was seen in this record (0 if it was not there), and so much more."""

    name: str
    by: int = 1


@attrs.frozen
class Long:
    """A body of so many characters, all of them this sign."""

    sign: str
    length: int


Body: TypeAlias = str | Plus | Long


@attrs.frozen
class Write:
    """Becomes a Put over the version that was seen, or over nothing, whatever was seen."""

    name: str
    body: Body = "{}"
    at: tuple[str, ...] = ()
    over: Literal["seen", "nothing"] = "seen"


@attrs.frozen
class Remove:
    """Becomes a Delete at the version that was seen."""

    name: str


@attrs.frozen
class Rely:
    """Becomes a Check of the version that was seen, absence included."""

    name: str


Operation: TypeAlias = Write | Remove | Rely | Add | Append


@attrs.frozen
class Look:
    """One read of these names."""

    names: tuple[str, ...]


@attrs.frozen
class Find:
    """One page of the program's index; with `goes_on` behind the last row this transaction has found."""

    since: str = ""
    until: str | None = None
    limit: int = PAGE_MAX
    goes_on: bool = False


@attrs.frozen
class Follow:
    """So many entries of the journal, behind the last one this transaction has seen."""

    limit: int = PAGE_MAX


@attrs.frozen
class Absent:
    """A condition: none of these records was there."""

    names: tuple[str, ...]


@attrs.frozen
class AtLeast:
    """A condition: the numbers seen in these records add up to so much."""

    names: tuple[str, ...]
    total: int


@attrs.frozen
class FoundNothing:
    """A condition: the last page was empty."""


Condition: TypeAlias = Absent | AtLeast | FoundNothing


@attrs.frozen
class Store:
    """One commit. Unless `when` holds, the transaction wants nothing and ends here."""

    operations: tuple[Operation, ...]
    when: Condition | None = None


Step: TypeAlias = Look | Find | Follow | Store


@attrs.frozen
class Transaction:
    """What one party does, call by call, in the shop of this number."""

    steps: tuple[Step, ...]
    shop: int = 0


@attrs.frozen
class Program:
    """A question put to a storage: these transactions, over what was stored at the start.

    `promise` is the sentence of the port that it is about.
    """

    name: str
    promise: str
    transactions: tuple[Transaction, ...]
    start: tuple[Operation, ...] = ()

    @property
    def records(self) -> tuple[str, ...]:
        """Every record that it names."""
        return tuple(name for name in _names(self) if not name.startswith(COUNTER_SIGN))

    @property
    def counters(self) -> tuple[str, ...]:
        """Every counter that it names, with its sign."""
        return tuple(name for name in _names(self) if name.startswith(COUNTER_SIGN))

    @property
    def shops(self) -> range:
        """The shops that it plays in."""
        return range(1 + max(transaction.shop for transaction in self.transactions))


def look(*names: str) -> Look:
    """Read these, in one call."""
    return Look(names)


def store(*operations: Operation, when: Condition | None = None) -> Store:
    """Store these, in one call."""
    return Store(operations, when)


def tx(*steps: Step, shop: int = 0) -> Transaction:
    """One party's calls."""
    return Transaction(steps, shop)


def is_wholly_guarded(transaction: Transaction) -> bool:
    """Whether its commit guards all it looked at, so that the whole of it must be as if at one moment.

    A transaction that only looks is whole if it looks once.
    """
    stores = [step for step in transaction.steps if isinstance(step, Store)]
    looks = [step for step in transaction.steps if isinstance(step, Look)]
    if not stores:
        return len(transaction.steps) == 1 and not isinstance(transaction.steps[0], Follow)
    if len(stores) > 1 or transaction.steps[-1] is not stores[0] or len(looks) + 1 < len(transaction.steps):
        return False
    guarded = {
        operation.name for operation in stores[0].operations if isinstance(operation, Write | Remove | Rely)
    }
    return {name for each in looks for name in each.names} <= guarded


def _names(program: Program) -> tuple[str, ...]:
    found: dict[str, None] = {}
    steps = [step for transaction in program.transactions for step in transaction.steps]
    for step in (Store(program.start), *steps):
        match step:
            case Look(names):
                found |= dict.fromkeys(names)
            case Store(operations):
                found |= dict.fromkeys(filter(None, map(_named, operations)))
            case _:
                pass
    return tuple(found)


def _named(operation: Operation) -> str:
    match operation:
        case Write() | Remove() | Rely():
            return operation.name
        case Add():
            return COUNTER_SIGN + operation.counter
        case Append():
            return ""
