"""What an audit says: how much it looked at, and what is wrong."""

from __future__ import annotations

from typing import Final

import attrs

FINDINGS_MAX: Final = 100
"""Enough to see what is wrong; all are counted."""


@attrs.frozen
class Finding:
    """Something is wrong: which entry, record or counter, and what about it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@attrs.frozen
class Audited:
    """How much was looked at, and what was found; `more` counts findings beyond the first FINDINGS_MAX.

    `position` is how far the journal was read.
    """

    entries: int
    records: int
    counters: int
    findings: tuple[Finding, ...]
    more: int
    position: str

    @property
    def is_balanced(self) -> bool:
        """Whether the books balance: nothing was found."""
        return not self.findings

    def joined_with(self, other: Audited) -> Audited:
        """What two audits found that shared the work; how far both have read is how far one of them has."""
        findings = (*self.findings, *other.findings)
        least = min((self, other), key=lambda each: each.entries)
        return Audited(
            least.entries,
            self.records + other.records,
            self.counters + other.counters,
            findings[:FINDINGS_MAX],
            self.more + other.more + len(findings[FINDINGS_MAX:]),
            least.position,
        )
