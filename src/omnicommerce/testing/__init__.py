"""What a host or the author of an adapter tests with; it is shipped, and asks for the extra "testing".

* `StorageConformance` holds a storage to its port; `agreement_with_memory` compares random histories.
* `CountingStorage`, `CrashingStorage`, `LossyStorage`, `RefusingStorage` count calls and let them fail.
* `FrozenClock`, `CountingIds`: a time that stands still and ids that are always the same.
* `given`: given/when/then for the shop's decisions.
* `BlockingStorage`: an async storage for callers that wait.
* `simulate` lets a shop live through everything that can go wrong, out of one seed; `Workload`, `Wish` and
  `Heard` are for workloads of a host's own.
* `omnicommerce.testing.invariants`: what must be true of the books, as `audit` knows it.
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
    from omnicommerce.testing.simulation.faults import Fault as Fault
    from omnicommerce.testing.simulation.simulate import Simulated as Simulated
    from omnicommerce.testing.simulation.simulate import Violation as Violation
    from omnicommerce.testing.simulation.simulate import simulate as simulate
    from omnicommerce.testing.simulation.wishes import Heard as Heard
    from omnicommerce.testing.simulation.wishes import Wish as Wish
    from omnicommerce.testing.simulation.wishes import Workload as Workload
    from omnicommerce.testing.storage import StorageConformance as StorageConformance

_WHERE: Final = {
    "BlockingStorage": "blocking",
    "Call": "faults",
    "CountingIds": "ids",
    "CountingStorage": "faults",
    "CrashingStorage": "faults",
    "Fault": "simulation.faults",
    "FrozenClock": "clock",
    "Heard": "simulation.wishes",
    "LossyStorage": "faults",
    "RefusingStorage": "faults",
    "Simulated": "simulation.simulate",
    "SimulatedCrash": "faults",
    "StorageConformance": "storage",
    "Violation": "simulation.simulate",
    "Wish": "simulation.wishes",
    "Workload": "simulation.wishes",
    "agreement_with_memory": "agreement",
    "given": "decisions",
    "simulate": "simulation.simulate",
}

__all__ = [
    "BlockingStorage",
    "Call",
    "CountingIds",
    "CountingStorage",
    "CrashingStorage",
    "Fault",
    "FrozenClock",
    "Heard",
    "LossyStorage",
    "RefusingStorage",
    "Simulated",
    "SimulatedCrash",
    "StorageConformance",
    "Violation",
    "Wish",
    "Workload",
    "agreement_with_memory",
    "given",
    "simulate",
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
