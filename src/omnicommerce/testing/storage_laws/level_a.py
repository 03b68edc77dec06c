"""Level A: fidelity and records. What was given is given back, and every operation does what it says."""

from __future__ import annotations

from omnicommerce.testing.storage_laws import (
    atomicity,
    counters,
    durability,
    fidelity,
    journal,
    limits,
    scans,
    trims,
    versions,
)


class LevelA:
    """The laws that one caller can examine, one call after the other."""

    # All or nothing.
    test_a_batch_is_stored_whole = atomicity.a_batch_is_stored_whole
    test_a_conflict_stores_nothing = atomicity.a_conflict_stores_nothing
    test_an_exhausted_counter_stores_nothing = atomicity.an_exhausted_counter_stores_nothing
    test_the_storage_goes_on_after_a_refusal = atomicity.the_storage_goes_on_after_a_refusal
    test_an_empty_batch_is_committed = atomicity.an_empty_batch_is_committed
    test_an_empty_read_is_answered = atomicity.an_empty_read_is_answered
    test_absent_things_read_as_absent = atomicity.absent_things_read_as_absent
    test_a_read_keeps_order_and_doubles = atomicity.a_read_keeps_the_order_and_the_doubles_of_its_keys
    test_kinds_do_not_mix = atomicity.records_counters_and_collections_do_not_mix

    # Nobody writes over what he has not seen.
    test_the_version_is_the_id_of_the_batch = versions.the_version_is_the_id_of_the_batch
    test_a_put_needs_the_version_it_states = versions.a_put_needs_the_version_it_states
    test_a_delete_needs_the_version_it_states = versions.a_delete_needs_the_version_it_states
    test_a_check_needs_the_version_it_states = versions.a_check_needs_the_version_it_states
    test_an_absent_key_can_be_checked = versions.an_absent_key_can_be_checked
    test_a_check_changes_nothing = versions.a_check_changes_nothing
    test_a_version_never_comes_back = versions.a_version_never_comes_back
    test_two_versions_that_look_alike_are_two = versions.two_versions_that_look_alike_are_two

    # A bound is tested only in the direction of the delta.
    test_a_counter_starts_at_zero_and_adds_up = counters.a_counter_starts_at_zero_and_adds_up
    test_committed_tells_where_each_counter_stands = counters.committed_tells_where_each_counter_stands
    test_a_floor_holds_those_who_take = counters.a_floor_holds_those_who_take
    test_a_ceiling_holds_those_who_add = counters.a_ceiling_holds_those_who_add
    test_giving_back_is_never_refused = counters.giving_back_is_never_refused
    test_each_add_is_tested_in_order = counters.each_add_is_tested_against_the_running_total
    test_large_numbers_stay_exact = counters.large_numbers_stay_exact
    test_no_total_passes_the_largest_number = counters.no_total_passes_the_largest_number
    test_a_bound_may_be_zero_or_below = counters.a_bound_may_be_zero_or_below
    test_exhausted_names_the_counter = counters.exhausted_names_the_counter

    # Indexes in byte order.
    test_a_range_is_half_open = scans.a_range_is_half_open
    test_texts_sort_by_their_bytes = scans.texts_sort_by_their_bytes
    test_ids_sort_by_their_bytes_at_one_text = scans.ids_sort_by_their_bytes_at_one_text
    test_a_record_may_stand_in_an_index_several_times = scans.a_record_may_stand_in_an_index_several_times
    test_rows_follow_the_last_version = scans.rows_follow_the_last_version
    test_rows_vanish_with_their_record = scans.rows_vanish_with_their_record
    test_a_refused_batch_files_nothing = scans.a_refused_batch_files_nothing
    test_collections_and_indexes_do_not_mix = scans.collections_and_indexes_do_not_mix
    test_a_page_knows_whether_there_is_more = scans.a_page_knows_whether_there_is_more
    test_a_scan_goes_on_behind_the_last_row = scans.a_scan_goes_on_behind_the_last_row
    test_paging_survives_inserts_and_deletes = scans.paging_survives_inserts_and_deletes
    test_pages_follow_the_same_order = scans.pages_follow_the_same_order
    test_a_full_page_is_a_full_page = scans.a_full_page_is_a_full_page

    # The journal is never late.
    test_entries_keep_the_order_of_their_commits = journal.entries_keep_the_order_of_their_commits
    test_a_position_is_a_mark = journal.a_position_is_a_mark
    test_a_limit_is_kept = journal.a_limit_is_kept
    test_later_entries_come_later = journal.later_entries_come_later
    test_a_refused_batch_writes_no_entry = journal.a_refused_batch_writes_no_entry
    test_a_trim_forgets_up_to_its_position = journal.a_trim_forgets_up_to_its_position
    test_a_trim_forgets_in_its_own_shop = trims.a_trim_forgets_in_its_own_shop
    test_a_trim_spares_its_own_batch = journal.a_trim_spares_the_entries_of_its_own_batch
    test_positions_are_never_used_twice = journal.positions_are_never_used_twice

    # What was given is given back.
    test_a_body_comes_back_as_it_was_given = fidelity.a_body_comes_back_as_it_was_given
    test_a_replaced_body_is_replaced_to_the_letter = fidelity.a_replaced_body_is_replaced_to_the_letter
    test_a_large_body_comes_back_whole = fidelity.a_large_body_comes_back_whole
    test_a_large_body_comes_back_from_a_scan = fidelity.a_large_body_comes_back_from_a_scan
    test_no_two_names_are_the_same = fidelity.no_two_names_are_the_same
    test_no_two_other_names_are_the_same = fidelity.no_two_collections_counters_or_indexes_are_the_same
    test_names_and_texts_differ_in_their_last_sign = fidelity.names_and_texts_differ_in_their_last_sign
    test_index_texts_come_back_as_they_were_given = fidelity.index_texts_come_back_as_they_were_given
    test_versions_come_back_as_they_were_given = fidelity.versions_come_back_as_they_were_given
    test_answers_are_of_the_types_of_the_port = fidelity.answers_are_of_the_types_of_the_port
    test_a_text_is_kept_or_refused = fidelity.a_text_is_kept_or_refused

    # As much as the port says.
    test_a_batch_may_have_so_many_entries = limits.a_batch_may_have_as_many_entries_as_the_port_says
    test_a_batch_may_be_so_large = limits.a_batch_may_be_as_large_as_the_port_says

    # It survives the process.
    test_everything_is_there_after_a_restart = durability.everything_is_there_after_a_restart
    test_the_last_commit_is_there_after_a_restart = durability.the_last_commit_is_there_after_a_restart
    test_a_refused_batch_stays_refused = durability.a_refused_batch_is_not_there_after_a_restart
    test_guards_hold_across_a_restart = durability.guards_hold_across_a_restart
    test_everything_is_there_after_all_was_shut = durability.everything_is_there_after_all_doors_were_shut
    test_two_who_share_a_shop_see_each_other = durability.two_who_share_a_shop_see_each_other
