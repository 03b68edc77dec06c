"""Level D: processes. Several of them over one database, and some are killed."""

from __future__ import annotations

from omnicommerce.testing.storage_laws import processes


class LevelD:
    """Races and kills of real processes, for storages that several processes may open."""

    test_processes_never_pass_a_bound = processes.processes_never_pass_a_bound
    test_processes_lose_no_addition = processes.processes_lose_no_addition
    test_processes_lose_no_update = processes.processes_lose_no_update
    test_processes_respect_an_absence = processes.processes_respect_an_absence
    test_no_entry_is_late_between_processes = processes.no_entry_is_late_between_processes
    test_processes_see_each_other_at_once = processes.processes_see_each_other_at_once
    test_a_killed_process_leaves_nothing_behind = processes.a_killed_process_leaves_nothing_behind
    test_a_killed_process_loses_nothing = processes.a_killed_process_loses_nothing
    test_a_killed_process_stands_in_nobodys_way = processes.a_killed_process_stands_in_nobodys_way
