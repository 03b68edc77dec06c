"""Which node an identifier names: a telephone number that was handed on names another one from then on."""

from __future__ import annotations

from datetime import datetime

from omnicommerce.identity import EPOCHS_MAX, NODES, AnyIdentifier, Node
from omnicommerce.kernel.collection import Versioned
from omnicommerce.kernel.flow import Asking, Get, NodeId, ask
from omnicommerce.kernel.ids import MemberId


def first_id(identifier: AnyIdentifier) -> Asking[MemberId]:
    """The id of the first node of *identifier*; it mostly is the only one."""
    return MemberId((yield from ask(NodeId(identifier.kind, identifier.text))))


def nodes_of(identifier: AnyIdentifier) -> Asking[tuple[Versioned[Node], ...]]:
    """All nodes of *identifier*, epoch by epoch; the last one is that of whoever has it now."""
    first = yield from first_id(identifier)
    return (yield from later_nodes(identifier, (yield from ask(Get(NODES, first)))))


def later_nodes(identifier: AnyIdentifier, first: Versioned[Node]) -> Asking[tuple[Versioned[Node], ...]]:
    """All nodes of *identifier*, of which the *first* has been read."""
    found = [first]
    while (node := found[-1].value) is not None and node.handed_on_at is not None:
        assert len(found) <= EPOCHS_MAX, "an identifier is handed on a few times in its life"
        id = yield from ask(NodeId(identifier.kind, identifier.text, len(found)))
        found.append((yield from ask(Get(NODES, id))))
    return tuple(found)


def node_at(nodes: tuple[Versioned[Node], ...], at: datetime) -> Versioned[Node]:
    """Which of an identifier's *nodes* was meant then: what is told late is of who had it at the time."""
    for node, before in zip(reversed(nodes), reversed(nodes[:-1]), strict=False):
        ended = before.must().handed_on_at
        if ended is not None and ended <= at:
            return node
    return nodes[0]
