"""Level C: histories. Out of one seed, several clients, and everything between them and the storage fails."""

from __future__ import annotations

from omnicommerce.testing.histories import laws


class LevelC:
    """Random histories; a failure names its seed."""

    test_histories_without_faults = laws.histories_without_faults_agree
    test_histories_with_restarts = laws.histories_with_restarts_agree
    test_histories_with_lost_messages = laws.histories_with_lost_messages_agree
    test_histories_with_batches_sent_twice = laws.histories_with_batches_sent_twice_agree
    test_histories_with_everything = laws.histories_with_everything_agree
