"""The clock port: any function that says what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the current instant as an aware UTC datetime."""
