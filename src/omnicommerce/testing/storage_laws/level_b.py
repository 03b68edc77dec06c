"""Level B: isolation. Whatever happens at the same moment, the outcome is that of some order."""

from __future__ import annotations

from omnicommerce.testing.litmus import absences, amounts, entries, looks, records, shops
from omnicommerce.testing.litmus.law import law
from omnicommerce.testing.storage_laws import cancellation, looking, races, trims


class LevelB:
    """Litmus programs over every order of their calls, and races of threads."""

    # Records: nobody writes over what he has not seen.
    test_litmus_lost_update = law(records.LOST_UPDATE)
    test_litmus_three_in_a_row = law(records.THREE_IN_A_ROW)
    test_litmus_write_skew = law(records.WRITE_SKEW)
    test_litmus_skew_of_three = law(records.SKEW_OF_THREE)
    test_litmus_a_check_and_a_put = law(records.A_CHECK_AND_A_PUT)
    test_litmus_a_check_and_a_delete = law(records.A_CHECK_AND_A_DELETE)
    test_litmus_a_put_and_a_delete = law(records.A_PUT_AND_A_DELETE)
    test_litmus_a_refund_is_paid_once = law(records.A_REFUND_IS_PAID_ONCE)
    test_litmus_aba_after_a_delete = law(records.ABA_AFTER_A_DELETE)
    test_litmus_aba_of_a_body = law(records.ABA_OF_A_BODY)
    test_litmus_torn_on_conflict = law(records.TORN_ON_CONFLICT)
    test_litmus_crosswise = law(records.CROSSWISE)
    test_litmus_a_sum_is_kept = law(records.A_SUM_IS_KEPT)
    test_litmus_a_read_only_anomaly = law(records.A_READ_ONLY_ANOMALY)
    test_litmus_own_writes_are_seen = law(records.OWN_WRITES_ARE_SEEN)
    test_litmus_a_large_value = law(records.A_LARGE_VALUE)

    # Absences: no row can be locked that does not exist.
    test_litmus_lost_update_of_nothing = law(absences.LOST_UPDATE_OF_NOTHING)
    test_litmus_a_name_is_taken_once = law(absences.A_NAME_IS_TAKEN_ONCE)
    test_litmus_absent_guards = law(absences.ABSENT_GUARDS)
    test_litmus_a_guard_that_is_filled = law(absences.A_GUARD_THAT_IS_FILLED)
    test_litmus_two_new_crosswise = law(absences.TWO_NEW_CROSSWISE)
    test_litmus_a_new_record_over_an_old = law(absences.A_NEW_RECORD_OVER_AN_OLD)
    test_litmus_deleted_and_made_again = law(absences.DELETED_AND_MADE_AGAIN)
    test_litmus_checked_then_made = law(absences.CHECKED_THEN_MADE)
    test_litmus_a_command_runs_once = law(absences.A_COMMAND_RUNS_ONCE)
    test_litmus_a_batch_is_applied_once = law(absences.A_BATCH_IS_APPLIED_ONCE)
    test_litmus_false_is_not_absent = law(absences.FALSE_IS_NOT_ABSENT)
    test_litmus_a_delete_of_nothing = law(absences.A_DELETE_OF_NOTHING)

    # Counters: nobody passes a bound.
    test_litmus_the_last_one = law(amounts.THE_LAST_ONE)
    test_litmus_the_last_place = law(amounts.THE_LAST_PLACE)
    test_litmus_both_ends = law(amounts.BOTH_ENDS)
    test_litmus_giving_back = law(amounts.GIVING_BACK)
    test_litmus_two_counters_crosswise = law(amounts.TWO_COUNTERS_CROSSWISE)
    test_litmus_the_running_total = law(amounts.THE_RUNNING_TOTAL)
    test_litmus_exhausted_leaves_no_trace = law(amounts.EXHAUSTED_LEAVES_NO_TRACE)
    test_litmus_a_counter_and_its_record = law(amounts.A_COUNTER_AND_ITS_RECORD)
    test_litmus_a_check_and_an_addition = law(amounts.A_CHECK_AND_AN_ADDITION)

    # Looks: each call shows one moment.
    test_litmus_a_dirty_read = law(looks.A_DIRTY_READ)
    test_litmus_a_dirty_row = law(looks.A_DIRTY_ROW)
    test_litmus_half_a_batch = law(looks.HALF_A_BATCH)
    test_litmus_one_moment = law(looks.ONE_MOMENT)
    test_litmus_things_that_move = law(looks.THINGS_THAT_MOVE)
    test_litmus_pages_under_inserts = law(looks.PAGES_UNDER_INSERTS)
    test_litmus_a_row_and_its_record = law(looks.A_ROW_AND_ITS_RECORD)
    test_litmus_a_deleted_row = law(looks.A_DELETED_ROW)
    test_litmus_time_goes_forward = law(looks.TIME_GOES_FORWARD)

    # The journal: never late, and in the order of the versions.
    test_litmus_never_late = law(entries.NEVER_LATE)
    test_litmus_entries_side_by_side = law(entries.ENTRIES_SIDE_BY_SIDE)
    test_litmus_refused_entries = law(entries.REFUSED_ENTRIES)
    test_litmus_a_chain_of_versions = law(entries.A_CHAIN_OF_VERSIONS)
    test_litmus_a_chain_through_a_check = law(entries.A_CHAIN_THROUGH_A_CHECK)
    test_litmus_a_chain_through_nothing = law(entries.A_CHAIN_THROUGH_NOTHING)
    test_litmus_a_limit_and_its_entries = law(entries.A_LIMIT_AND_ITS_ENTRIES)
    test_litmus_an_entry_and_its_record = law(entries.AN_ENTRY_AND_ITS_RECORD)

    # Two shops in one database.
    test_litmus_tenant_swap = law(shops.TENANT_SWAP)
    test_litmus_one_name_in_two_shops = law(shops.ONE_NAME_IN_TWO_SHOPS)
    test_litmus_gone_in_one_shop = law(shops.GONE_IN_ONE_SHOP)
    test_litmus_a_guard_next_door = law(shops.A_GUARD_NEXT_DOOR)
    test_litmus_nothing_next_door = law(shops.NOTHING_NEXT_DOOR)

    # Threads that race.
    test_the_last_item_is_sold_once = races.the_last_item_is_sold_once
    test_no_addition_is_lost = races.no_addition_is_lost
    test_no_movement_of_a_counter_is_lost = races.no_movement_of_a_counter_is_lost
    test_two_doors_sell_the_last_item_once = races.two_doors_sell_the_last_item_once
    test_two_doors_lose_no_addition = races.two_doors_lose_no_addition
    test_one_of_two_wins_a_version = races.one_of_two_wins_a_version
    test_one_of_two_deletes = races.one_of_two_deletes
    test_no_two_write_past_each_other = races.no_two_write_past_each_other
    test_no_two_rely_on_the_same_absence = races.no_two_rely_on_the_same_absence

    # Looks while others write.
    test_a_read_is_one_look = looking.a_read_is_one_look
    test_a_scan_is_one_look = looking.a_scan_is_one_look
    test_a_page_is_one_look = looking.a_page_is_one_look
    test_no_entry_is_late = looking.no_entry_is_late

    # What is forgotten, and what is cancelled.
    test_a_trim_forgets_only_what_it_names = trims.a_trim_forgets_only_what_it_names
    test_a_trim_is_part_of_its_batch = trims.a_trim_is_part_of_its_batch
    test_a_cancelled_commit_is_settled = cancellation.a_cancelled_commit_is_settled
