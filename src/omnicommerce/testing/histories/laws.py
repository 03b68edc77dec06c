"""The laws of level C: random histories, each kind with faults of its own, then all faults together."""

from __future__ import annotations

from typing import Final

from omnicommerce.testing.histories.life import HistoryBench, Life

ALL: Final = frozenset({"restart", "request lost", "answer lost", "sent twice"})


def histories_without_faults_agree(bench: HistoryBench) -> None:
    """Several clients, one after the other: every answer is the right one."""
    _lived(bench, frozenset())


def histories_with_restarts_agree(bench: HistoryBench) -> None:
    """A client or the whole shop goes down between any two calls, and nothing has changed when it is back."""
    _lived(bench, frozenset({"restart"}))


def histories_with_lost_messages_agree(bench: HistoryBench) -> None:
    """A request or an answer is lost: one look at a record of the batch tells which."""
    _lived(bench, frozenset({"request lost", "answer lost"}))


def histories_with_batches_sent_twice_agree(bench: HistoryBench) -> None:
    """A batch that was stored and is sent again is a Conflict, and changes nothing."""
    _lived(bench, frozenset({"sent twice"}))


def histories_with_everything_agree(bench: HistoryBench) -> None:
    """All of it together."""
    _lived(bench, ALL)


def _lived(bench: HistoryBench, faults: frozenset[str]) -> None:
    for seed in range(bench.seeds):
        Life(bench, seed, faults).live()
        bench.played("histories", 1)
