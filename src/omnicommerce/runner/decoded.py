"""Records decoded once: a version never returns, so what it was decoded to holds for ever.

Rules and catalogues are looked at by every command and change rarely; reading their JSON each time would
cost more than deciding on them.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from omnicommerce.kernel.collection import Version

DECODED_MAX: Final = 20_000
"""Some tens of megabytes of small records: all that a thousand members need. The longest known make room."""


@attrs.define(eq=False)
class Decoded:
    """What records were decoded to, by collection and id: their version, time and value.

    Threads may share it: each step is one operation on a dict, and whoever loses a race decodes again.
    """

    kept: dict[tuple[str, str], tuple[Version, str, Any]] = attrs.field(factory=dict)

    def of(self, name: tuple[str, str], version: Version) -> tuple[Version, str, Any] | None:
        """What the record was decoded to at this very version, if that is still known."""
        found = self.kept.get(name)
        return found if found is not None and found[0] == version else None

    def keep(self, name: tuple[str, str], version: Version, at: str, value: Any) -> None:
        """Remember what a record was decoded to; it takes the place of what was known of it before."""
        self.kept.pop(name, None)
        if len(self.kept) >= DECODED_MAX:
            for oldest in list(self.kept)[: DECODED_MAX // 10]:
                self.kept.pop(oldest, None)
        self.kept[name] = (version, at, value)
