"""Who is at work: every journal entry records it, and some deeds are not for everybody."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, StoreId, checked_id


@attrs.frozen
class Customer:
    """The shopper acts, through an app, a mini-program or a web page."""

    member: MemberId

    def __attrs_post_init__(self) -> None:
        checked_id(self.member, "member")


@attrs.frozen
class Staff:
    """Somebody of the house acts, with the capabilities their role grants."""

    id: str
    capabilities: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        checked_id(self.id, "id")
        if type(self.capabilities) is not frozenset:
            raise BadValue("capabilities", f"expected frozenset, got {type(self.capabilities).__name__}")
        for capability in self.capabilities:
            checked_id(capability, "capabilities")


@attrs.frozen
class Till:
    """A till reports what happened at it."""

    store: StoreId
    till: str

    def __attrs_post_init__(self) -> None:
        checked_id(self.store, "store")
        checked_id(self.till, "till")


@attrs.frozen
class System:
    """A program acts on nobody's behalf: a nightly job, an import, the host itself."""

    name: str

    def __attrs_post_init__(self) -> None:
        checked_id(self.name, "name")


Actor: TypeAlias = Customer | Staff | Till | System


def name_of(actor: Actor) -> str:
    """By which name what somebody told knows who it was."""
    match actor:
        case Customer(member=member):
            return member
        case Staff(id=id):
            return id
        case Till(store=store, till=till):
            return f"{store}/{till}"
        case System(name=name):
            return name
