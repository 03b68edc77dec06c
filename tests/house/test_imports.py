"""What is not needed is not loaded: a till starts fast."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

import omnicommerce

HEAVY: Final = (
    "pendulum",
    "phonenumbers",
    "email_validator",
    "numpy",
    "shapely",
    "sqlalchemy",
    "pytest",
    "hypothesis",
)

IMPORT: Final = "import omnicommerce"

STORY: Final = """
from omnicommerce import *
import tempfile
shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())
member = shop.members.register(identifier=Identifier(Namespace.TILL_MEMBER, "M-1")).member
shop.once("k").points.adjust(member=member, points=Points(5), reason="gift")
with tempfile.TemporaryDirectory() as folder, SqliteStorage(f"{folder}/shop.db") as storage:
    Commerce(storage, Rulebook(), keys=DemoKeys()).tick()
"""


def loaded_after(code: str) -> set[str]:
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


@pytest.mark.parametrize("code", [IMPORT, STORY])
def test_heavy_libraries_load_on_first_use(code: str) -> None:
    assert set() == loaded_after(code) & set(HEAVY)


def test_the_door_alone_loads_no_room() -> None:
    ours = {name for name in loaded_after(IMPORT) if name.startswith("omnicommerce")}

    assert {"omnicommerce"} == ours


def test_every_public_name_can_be_had_and_no_other() -> None:
    assert sorted(omnicommerce._HOMES) == omnicommerce.__all__
    assert [] == [name for name in omnicommerce.__all__ if not hasattr(omnicommerce, name)]
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = omnicommerce.Nonsense
