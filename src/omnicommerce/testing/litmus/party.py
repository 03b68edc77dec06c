"""A party plays its transaction: it turns one step after the other into a call, out of what it has seen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Again, Unavailable
from omnicommerce.ports.storage import (
    COUNTERS,
    Add,
    Append,
    Batch,
    Check,
    Committed,
    Delete,
    Entry,
    Found,
    Key,
    Page,
    Position,
    Put,
    Query,
    Record,
    Storage,
)
from omnicommerce.testing.litmus.program import (
    COUNTER_SIGN,
    Absent,
    AtLeast,
    Body,
    Condition,
    Find,
    Follow,
    FoundNothing,
    Long,
    Look,
    Operation,
    Plus,
    Rely,
    Remove,
    Store,
    Transaction,
    Write,
)

ATTEMPTS_MAX: Final = 100

COLLECTION: Final = "things"


@attrs.frozen
class Asked:
    """A look at these keys: one call of `read`."""

    keys: tuple[Key, ...]


@attrs.frozen
class Followed:
    """One call of `journal`."""

    after: Position
    limit: int


Request: TypeAlias = Asked | Query | Followed | Batch
Answer: TypeAlias = list[Found] | Page | list[Entry] | Committed | BaseException


@attrs.frozen
class Naming:
    """Gives the short names of a program a prefix that no other run has."""

    prefix: str

    def of(self, name: str) -> str:
        """The name in the storage."""
        return f"{self.prefix}-{name}"

    def short(self, name: str) -> str:
        """The name in the program."""
        return name.removeprefix(f"{self.prefix}-")

    def key(self, name: str) -> Key:
        """Where a record or a counter of the program lies."""
        if name.startswith(COUNTER_SIGN):
            return Key(COUNTERS, self.of(name.removeprefix(COUNTER_SIGN)))
        return Key(COLLECTION, self.of(name))

    def batch(self, id: str, operations: tuple[Operation, ...], seen: Mapping[str, Found]) -> Batch:
        """What becomes of these operations for somebody who has seen so much."""
        checks, puts, deletes = [], [], []
        adds, entries = [], []
        for operation in operations:
            match operation:
                case Write(name, body, at, over):
                    version = version_of(seen.get(name)) if over == "seen" else ABSENT
                    rows = tuple((self.of("when"), text) for text in at)
                    puts.append(Put(self.key(name), _body(body, seen), rows, version))
                case Remove(name):
                    deletes.append(Delete(self.key(name), version_of(seen.get(name))))
                case Rely(name):
                    checks.append(Check(self.key(name), version_of(seen.get(name))))
                case Add():
                    adds.append(attrs.evolve(operation, counter=self.of(operation.counter)))
                case Append(name, text):
                    entries.append(Append(self.of(name), text))
        return Batch(
            Version(self.of(id)), tuple(checks), tuple(puts), tuple(deletes), tuple(adds), tuple(entries)
        )


@attrs.define
class Party:
    """One transaction on its way; the number says which of the program's it is."""

    number: int
    transaction: Transaction
    naming: Naming
    mark: Position
    seen: dict[str, Found] = attrs.Factory(dict)
    last_row: tuple[str, str] | None = None
    has_found: bool = False
    nth: int = 0
    has_ended: bool = False

    @property
    def name(self) -> str:
        """T1 for the first of the program."""
        return f"T{self.number + 1}"

    def request(self) -> Request | None:
        """The next call, or None if it wants nothing more."""
        if self.has_ended or self.nth == len(self.transaction.steps):
            return None
        step = self.transaction.steps[self.nth]
        self.nth += 1
        match step:
            case Look(names):
                return Asked(tuple(map(self.naming.key, names)))
            case Find(since, until, limit, goes_on):
                after = self.last_row if goes_on else None
                return Query(COLLECTION, self.naming.of("when"), since, until, limit, after)
            case Follow(limit):
                return Followed(self.mark, limit)
            case Store(operations, when):
                self.has_ended = when is not None and not self._holds(when)
                id = f"{self.name}.{self.nth}"
                return None if self.has_ended else self.naming.batch(id, operations, self.seen)

    def hear(self, request: Request, answer: Answer) -> None:
        """Take in what became of the call; whoever was refused or turned away ends here."""
        match request, answer:
            case _, BaseException():
                self.has_ended = True
            case Asked(keys), list():
                names = [self._name(key) for key in keys]
                self.seen |= dict(zip(names, answer, strict=False))  # type: ignore[arg-type]  # of Found
            case Query(), Page(rows):
                self.has_found = bool(rows)
                if rows:
                    self.last_row = rows[-1].at, rows[-1].id
            case Followed(), list():
                if answer:
                    self.mark = answer[-1].position  # type: ignore[union-attr]  # of Entry
            case Batch(), Committed():
                self._wrote(request)
            case _:
                self.has_ended = True

    def _holds(self, condition: Condition) -> bool:
        match condition:
            case Absent(names):
                return all(self.seen.get(name) is None for name in names)
            case AtLeast(names, total):
                return sum(_number(self.seen.get(name)) for name in names) >= total
            case FoundNothing():
                return not self.has_found

    def _wrote(self, batch: Batch) -> None:
        for put in batch.puts:
            self.seen[self._name(put.key)] = Record(batch.id, put.body)
        for delete in batch.deletes:
            self.seen[self._name(delete.key)] = None

    def _name(self, key: Key) -> str:
        return (COUNTER_SIGN if key.collection == COUNTERS else "") + self.naming.short(key.id)


def answer_of(storage: Storage, request: Request) -> Answer:
    """Make the call. What the storage raises is an answer, too."""
    try:
        match request:
            case Asked(keys):
                return storage.read(keys)
            case Query():
                return storage.scan(request)
            case Followed(after, limit):
                return storage.journal(after, limit)
            case Batch():
                return storage.commit(request)
    except Exception as error:  # noqa: BLE001  # whatever an adapter raises is to be judged, not to end a thread
        return error


def settled(storage: Storage, request: Request) -> Answer:
    """The answer to one who asks again as long as the storage has no time, since nothing was done."""
    answer = answer_of(storage, request)
    for _ in range(ATTEMPTS_MAX):
        if not isinstance(answer, Unavailable):
            break
        time.sleep(0.001)
        answer = answer_of(storage, request)
    return answer


def was_turned_away(answer: Answer) -> bool:
    """Whether the storage said in the port's words that it did nothing, or perhaps nothing."""
    return isinstance(answer, Again)


def version_of(found: Found) -> Version:
    """At which version a record was found."""
    return found.version if isinstance(found, Record) else ABSENT


def _body(body: Body, seen: Mapping[str, Found]) -> str:
    match body:
        case Plus(name, by):
            return str(_number(seen.get(name)) + by)
        case Long(sign, length):
            return f'"{sign * (length - 2)}"'
        case _:
            return body


def _number(found: Found) -> int:
    if not isinstance(found, Record):
        return found or 0
    digits = found.body.removeprefix("-")
    return int(found.body) if digits.isdigit() else 0
