"""Which rules are in force: the head of the rulebook is looked at in every command's first read.

So a rulebook that one process puts in force holds for the next command of every other. A rulebook is read
once, part by part, and remembered by its digest.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from omnicommerce import wire
from omnicommerce.kernel.errors import BadValue, BadWire, PortFault
from omnicommerce.ports.keys import KeyRing
from omnicommerce.ports.storage import KEYS_MAX, Key, Record
from omnicommerce.rulebook import HEAD, HEAD_ID, PARTS, Part, RulebookHead, by_kind
from omnicommerce.runner.overlay import Overlay
from omnicommerce.runner.rules import RulesInForce
from omnicommerce.runner.steps import Read, Steps

HEAD_KEY: Final = Key(HEAD.name, HEAD_ID)


@attrs.define(eq=False)
class Shelf:
    """The rulebooks that this process has read, by digest.

    `fingerprint` tells the shop's key ring from any other; `is_installed` says whether the rulebook that the
    host brought has been put in force.
    """

    fingerprint: str
    by_digest: dict[str, RulesInForce]
    is_installed: bool = True


def shelf(brought: RulesInForce, keys: KeyRing, *, is_installed: bool) -> Shelf:
    """A shelf with the one rulebook that the host brought."""
    return Shelf(keys.digest("key ring", "omnicommerce"), {brought.digest: brought}, is_installed)


def put_in_force(overlay: Overlay, brought: RulesInForce, shelf: Shelf) -> Steps[RulesInForce]:
    """The rules in force, by the head that *overlay* has read; those that were *brought* if there is none.

    Raises:
        BadValue: the shop's records were written with another key ring.
    """
    head: RulebookHead | None = overlay.record(HEAD, HEAD_ID).value
    if head is None:
        return brought
    if head.keys != shelf.fingerprint:
        raise BadValue(
            "keys", "expected the key ring that this shop was opened with: nobody is found with another"
        )
    known = shelf.by_digest.get(head.digest)
    if known is None:
        known = shelf.by_digest[head.digest] = yield from _taken_down(head.digest, overlay)
    return known


def _taken_down(digest: str, overlay: Overlay) -> Steps[RulesInForce]:
    """Read a rulebook from its parts. They never change, so no look at them can be torn."""
    try:
        return (yield from _read_down(digest, overlay))
    except BadWire as bad:
        raise PortFault(f"the rulebook {digest} in force cannot be read: {bad}") from bad


def _read_down(digest: str, overlay: Overlay) -> Steps[RulesInForce]:
    document = (yield from _documents((digest,), overlay))[digest]
    if wire.digest_of(document) != digest:
        raise PortFault(f"the rulebook {digest} in force is damaged: its manifest is not the one it names")
    manifest = wire.manifest_of(document)
    documents = yield from _documents(tuple(dict.fromkeys(manifest.values())), overlay)
    # Not pressed again: a newer program knows more fields, and would find another digest for the same rules.
    rules = by_kind(wire.from_parts(manifest, documents))
    return RulesInForce(digest, rules, wire.Pressed(digest, manifest, documents))


def _documents(digests: tuple[str, ...], overlay: Overlay) -> Steps[dict[str, Any]]:
    documents: dict[str, Any] = {}
    for start in range(0, len(digests), KEYS_MAX):
        turn = digests[start : start + KEYS_MAX]
        records = yield Read(tuple([Key(PARTS.name, digest) for digest in turn]))
        for digest, record in zip(turn, records, strict=True):
            if not isinstance(record, Record):
                raise PortFault(f"the part {digest} of the rulebook in force is not there")
            documents[digest] = wire.stored(record.body, PARTS.name, Part, overlay.vocabulary).value.document
    return documents
