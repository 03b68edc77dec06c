"""Where a customer meets the shop. No rule of the library prefers one channel to another."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """A way into the shop; it is recorded with every fact and special to none."""

    STORE = "store"
    ONLINE = "online"
    MINI_PROGRAM = "mini_program"
    CALL_CENTRE = "call_centre"
