"""Receipts: whoever asks again under the same idempotency key gets the first answer."""

from __future__ import annotations

from typing import Any, Final

import attrs

from omnicommerce import wire
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal
from omnicommerce.kernel.errors import NotTheSame, Refused
from omnicommerce.kernel.flow import Refusal
from omnicommerce.kernel.ids import checked_id
from omnicommerce.kernel.verdict import Verdict
from omnicommerce.ports.keys import KeyRing
from omnicommerce.ports.storage import Key
from omnicommerce.runner.command import Command


@attrs.frozen
class Receipt:
    """What was asked, as a keyed digest, and what was answered: a value, or a recorded refusal."""

    asked: str
    answer: Any
    refusal: Verdict | None


RECEIPTS: Final = Collection(
    "receipt", Receipt, personal=NotPersonal(), keep=Keep.FOR_RETRIES, is_journaled=False
)


@attrs.frozen
class Once:
    """An idempotency key, bound to one request.

    Both are kept as keyed digests: a host's key may be a phone number, and nobody shall read it here.
    """

    said: str
    id: str
    asked: str

    @property
    def key(self) -> Key:
        """Where the receipt lies."""
        return Key(RECEIPTS.name, self.id)


def once(key: str, command: Command[Any], keys: KeyRing) -> Once:
    """Bind the idempotency *key* to what *command* asks.

    Raises:
        BadValue: the key is empty, too long or holds a character nobody can see.
    """
    return Once(key, keys.digest("receipt", checked_id(key, "key")), keys.digest("asked", command.asked()))


def step_once(step: tuple[str, str, str], keys: KeyRing) -> Once:
    """The receipt of a process's step: by process, subject and step alone.

    What a step is given may have changed by the time the process is entered again; what it did has not.
    No key of a host can name the same receipt.
    """
    named = wire.text(list(step))
    return Once(named, keys.digest("step", named), keys.digest("step asked", named))


def receipt_for(once: Once, answer: Any, kind: Any) -> Receipt:
    """The receipt of *answer*, which is of *kind*."""
    if isinstance(answer, Refusal):
        return Receipt(once.asked, None, answer.verdict)
    return Receipt(once.asked, wire.dump(answer, kind), None)


def answered_by(receipt: Receipt, once: Once, kind: Any) -> Any:
    """The answer that was given the first time.

    Raises:
        NotTheSame: the key was used for another request.
        Refused: the first time was refused, and that was recorded.
    """
    if receipt.asked != once.asked:
        raise NotTheSame(once.said)
    if receipt.refusal is not None:
        raise Refused(receipt.refusal)
    return wire.load(receipt.answer, kind)
