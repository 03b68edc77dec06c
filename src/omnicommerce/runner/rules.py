"""A rulebook made ready for looking things up in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from omnicommerce import wire
from omnicommerce.rulebook import Rulebook, by_kind


@attrs.frozen(eq=False)
class RulesInForce:
    """A rulebook, its digest, and each room's rules by their kind."""

    digest: str
    by_kind: Mapping[type[Any], Any]
    pressed: wire.Pressed


def in_force(rulebook: Rulebook) -> RulesInForce:
    """Prepare *rulebook* for looking things up in it."""
    pressed = wire.press(rulebook)
    return RulesInForce(pressed.digest, by_kind(rulebook), pressed)
