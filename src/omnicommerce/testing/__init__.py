"""What a host or the author of an adapter tests with; it is shipped, and asks for the extra "testing".

* `StorageConformance` holds a storage to its port; `agreement_with_memory` compares random histories.
* `CountingStorage`, `CrashingStorage`, `LossyStorage`, `RefusingStorage` count calls and let them fail.
* `FrozenClock`, `CountingIds`: a time that stands still and ids that are always the same.
* `given`: given/when/then for the shop's decisions.
* `BlockingStorage`: an async storage for callers that wait.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from omnicommerce.testing.agreement import agreement_with_memory as agreement_with_memory
    from omnicommerce.testing.blocking import BlockingStorage as BlockingStorage
    from omnicommerce.testing.clock import FrozenClock as FrozenClock
    from omnicommerce.testing.decisions import given as given
    from omnicommerce.testing.faults import Call as Call
    from omnicommerce.testing.faults import CountingStorage as CountingStorage
    from omnicommerce.testing.faults import CrashingStorage as CrashingStorage
    from omnicommerce.testing.faults import LossyStorage as LossyStorage
    from omnicommerce.testing.faults import RefusingStorage as RefusingStorage
    from omnicommerce.testing.faults import SimulatedCrash as SimulatedCrash
    from omnicommerce.testing.ids import CountingIds as CountingIds
    from omnicommerce.testing.storage import StorageConformance as StorageConformance

_WHERE: Final = {
    "BlockingStorage": "blocking",
    "Call": "faults",
    "CountingIds": "ids",
    "CountingStorage": "faults",
    "CrashingStorage": "faults",
    "FrozenClock": "clock",
    "LossyStorage": "faults",
    "RefusingStorage": "faults",
    "SimulatedCrash": "faults",
    "StorageConformance": "storage",
    "agreement_with_memory": "agreement",
    "given": "decisions",
}

__all__ = [
    "BlockingStorage",
    "Call",
    "CountingIds",
    "CountingStorage",
    "CrashingStorage",
    "FrozenClock",
    "LossyStorage",
    "RefusingStorage",
    "SimulatedCrash",
    "StorageConformance",
    "agreement_with_memory",
    "given",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first used, so that a clock does not bring pytest along."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
