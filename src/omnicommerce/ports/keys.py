"""The keys port: the shop's secrets, which never enter a flow."""

from __future__ import annotations

from typing import Protocol


class KeyRing(Protocol):
    """Digests and seals with the shop's secrets.

    The key behind `digest` cannot be changed: identifiers are looked up by it, and its loss is the
    loss of look-up. The key behind `seal` may be replaced; `unseal` accepts retired ones as long as
    the host keeps them.
    """

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest of *text*, hexadecimal, at least 128 bits; the same for ever."""
        ...

    def seal(self, purpose: str, text: str) -> str:
        """A token that carries *text* and proves who wrote it, and for what purpose. Not secret."""
        ...

    def unseal(self, purpose: str, token: str) -> str | None:
        """The text of a token sealed for *purpose*; None if it was not, or was tampered with."""
        ...
