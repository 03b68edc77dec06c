"""New retail in one library: one customer, one set of books, one rulebook, in shops and online.

Names load on first use, so that ``import omnicommerce`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from omnicommerce.adapters.keys import DemoKeys as DemoKeys
    from omnicommerce.adapters.keys import SecretKeys as SecretKeys
    from omnicommerce.adapters.storage.memory import AsyncMemoryStorage as AsyncMemoryStorage
    from omnicommerce.adapters.storage.memory import MemoryStorage as MemoryStorage
    from omnicommerce.adapters.storage.sqlite import SqliteStorage as SqliteStorage
    from omnicommerce.adapters.storage.threaded import ThreadedStorage as ThreadedStorage
    from omnicommerce.commerce import AsyncCommerce as AsyncCommerce
    from omnicommerce.commerce import Commerce as Commerce
    from omnicommerce.identity import Identifier as Identifier
    from omnicommerce.identity import Namespace as Namespace
    from omnicommerce.kernel.actor import Customer as Customer
    from omnicommerce.kernel.actor import Staff as Staff
    from omnicommerce.kernel.actor import System as System
    from omnicommerce.kernel.actor import Till as Till
    from omnicommerce.kernel.errors import BadInput as BadInput
    from omnicommerce.kernel.errors import BadValue as BadValue
    from omnicommerce.kernel.errors import BadWire as BadWire
    from omnicommerce.kernel.errors import CommerceError as CommerceError
    from omnicommerce.kernel.errors import CommitUnknown as CommitUnknown
    from omnicommerce.kernel.errors import Conflict as Conflict
    from omnicommerce.kernel.errors import Exhausted as Exhausted
    from omnicommerce.kernel.errors import NotTheSame as NotTheSame
    from omnicommerce.kernel.errors import PortFault as PortFault
    from omnicommerce.kernel.errors import Refused as Refused
    from omnicommerce.kernel.errors import Unavailable as Unavailable
    from omnicommerce.kernel.ids import MemberId as MemberId
    from omnicommerce.kernel.money import Money as Money
    from omnicommerce.kernel.points import Points as Points
    from omnicommerce.kernel.quantity import Quantity as Quantity
    from omnicommerce.kernel.verdict import Verdict as Verdict
    from omnicommerce.kernel.window import Window as Window
    from omnicommerce.loyalty import PointsRules as PointsRules
    from omnicommerce.rulebook import Rulebook as Rulebook

_HOMES: Final = {
    "AsyncCommerce": "commerce",
    "AsyncMemoryStorage": "adapters.storage.memory",
    "BadInput": "kernel.errors",
    "BadValue": "kernel.errors",
    "BadWire": "kernel.errors",
    "Commerce": "commerce",
    "CommerceError": "kernel.errors",
    "CommitUnknown": "kernel.errors",
    "Conflict": "kernel.errors",
    "Customer": "kernel.actor",
    "DemoKeys": "adapters.keys",
    "Exhausted": "kernel.errors",
    "Identifier": "identity",
    "MemberId": "kernel.ids",
    "MemoryStorage": "adapters.storage.memory",
    "Money": "kernel.money",
    "Namespace": "identity",
    "NotTheSame": "kernel.errors",
    "Points": "kernel.points",
    "PointsRules": "loyalty",
    "PortFault": "kernel.errors",
    "Quantity": "kernel.quantity",
    "Refused": "kernel.errors",
    "Rulebook": "rulebook",
    "SecretKeys": "adapters.keys",
    "SqliteStorage": "adapters.storage.sqlite",
    "Staff": "kernel.actor",
    "System": "kernel.actor",
    "ThreadedStorage": "adapters.storage.threaded",
    "Till": "kernel.actor",
    "Unavailable": "kernel.errors",
    "Verdict": "kernel.verdict",
    "Window": "kernel.window",
}
"""Where each public name lives. Nothing else is public at this level."""

__all__ = [
    "AsyncCommerce",
    "AsyncMemoryStorage",
    "BadInput",
    "BadValue",
    "BadWire",
    "Commerce",
    "CommerceError",
    "CommitUnknown",
    "Conflict",
    "Customer",
    "DemoKeys",
    "Exhausted",
    "Identifier",
    "MemberId",
    "MemoryStorage",
    "Money",
    "Namespace",
    "NotTheSame",
    "Points",
    "PointsRules",
    "PortFault",
    "Quantity",
    "Refused",
    "Rulebook",
    "SecretKeys",
    "SqliteStorage",
    "Staff",
    "System",
    "ThreadedStorage",
    "Till",
    "Unavailable",
    "Verdict",
    "Window",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'omnicommerce' has no attribute {name!r}")
    found = getattr(import_module(f"omnicommerce.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
