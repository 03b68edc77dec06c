"""The kit is examined, too: every saboteur is caught, by the law that was made for it."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.testing import StorageConformance

CAUGHT_BY = {
    "AcknowledgesTooSoon": "test_the_last_commit_is_there_after_a_restart",
    "AddsRowsOnly": "test_rows_follow_the_last_version",
    "AnswersInItsOwnOrder": "test_a_read_keeps_order_and_doubles",
    "BendsBadTexts": "test_a_text_is_kept_or_refused",
    "BoundsBothWays": "test_giving_back_is_never_refused",
    "CapsItsPages": "test_a_full_page_is_a_full_page",
    "ChecksBeforeTheLock": "test_no_two_write_past_each_other",
    "ConfusesItsErrors": "test_a_put_needs_the_version_it_states",
    "CountsInFloats": "test_large_numbers_stay_exact",
    "CountsNothingAsNone": "test_absent_things_read_as_absent",
    "CountsThenWrites": "test_the_last_item_is_sold_once",
    "CountsVersions": "test_a_version_never_comes_back",
    "CutsBodies": "test_a_large_body_comes_back_whole",
    "CutsNames": "test_no_two_names_are_the_same",
    "DeletesUnseen": "test_a_delete_needs_the_version_it_states",
    "DrawsPositionsTooSoon": "test_no_entry_is_late",
    "FilesARowOnce": "test_a_record_may_stand_in_an_index_several_times",
    "FilesByIndexAlone": "test_collections_and_indexes_do_not_mix",
    "ForgetsItsCounters": "test_everything_is_there_after_a_restart",
    "ForgetsTheLimit": "test_a_limit_is_kept",
    "ForgetsTheOrderOfIds": "test_ids_sort_by_their_bytes_at_one_text",
    "GuessesWhetherThereIsMore": "test_a_page_knows_whether_there_is_more",
    "IgnoresCase": "test_no_two_names_are_the_same",
    "IgnoresCeilings": "test_a_ceiling_holds_those_who_add",
    "IgnoresChecks": "test_a_check_needs_the_version_it_states",
    "IgnoresChecksOfAbsence": "test_no_two_rely_on_the_same_absence",
    "IgnoresFloors": "test_a_floor_holds_those_who_take",
    "IncludesTheEnd": "test_a_range_is_half_open",
    "InsertsOverwrite": "test_one_of_two_wins_a_version",
    "KeepsCountersAmongRecords": "test_kinds_do_not_mix",
    "KeepsTheFirstRows": "test_rows_follow_the_last_version",
    "LastWriteWins": "test_a_put_needs_the_version_it_states",
    "LeavesRowsBehind": "test_rows_vanish_with_their_record",
    "LocksItsOwnDoorOnly": "test_two_doors_lose_no_addition",
    "LosesEmptyTexts": "test_index_texts_come_back_as_they_were_given",
    "MissesTheSecondEntry": "test_entries_keep_the_order_of_their_commits",
    "NetsAdds": "test_each_add_is_tested_in_order",
    "NeverRecovers": "test_the_storage_goes_on_after_a_refusal",
    "NormalisesBodies": "test_a_body_comes_back_as_it_was_given",
    "OneByOne": "test_a_conflict_stores_nothing",
    "PagesByNumber": "test_paging_survives_inserts_and_deletes",
    "PutsWithoutTheLock": "test_no_addition_is_lost",
    "ReadsOneByOne": "test_a_read_is_one_look",
    "RepeatsTheLastEntry": "test_a_position_is_a_mark",
    "RestartsItsJournal": "test_positions_are_never_used_twice",
    "ReusesPositions": "test_positions_are_never_used_twice",
    "RevivesRefusedBatches": "test_a_refused_batch_stays_refused",
    "RewritesJson": "test_a_replaced_body_is_replaced_to_the_letter",
    "ScansThenReads": "test_a_scan_is_one_look",
    "ServesAStaleCache": "test_two_who_share_a_shop_see_each_other",
    "SkipsAtTheBoundary": "test_a_scan_goes_on_behind_the_last_row",
    "SortsAsPeopleDo": "test_texts_sort_by_their_bytes",
    "SortsAsUtf16": "test_texts_sort_by_their_bytes",
    "SortsEntriesById": "test_entries_keep_the_order_of_their_commits",
    "StripsBodies": "test_a_body_comes_back_as_it_was_given",
    "StripsNames": "test_no_two_names_are_the_same",
    "SwallowsConflicts": "test_a_put_needs_the_version_it_states",
    "TakesEmptyForMissing": "test_a_body_comes_back_as_it_was_given",
    "TakesNothingForAnError": "test_an_empty_read_is_answered",
    "TellsTheDelta": "test_committed_tells_where_each_counter_stands",
    "TornOnConflict": "test_a_conflict_stores_nothing",
    "TornOnExhausted": "test_an_exhausted_counter_stores_nothing",
    "TrimsItsOwnBatch": "test_a_trim_spares_its_own_batch",
    "TrimsOneTooFew": "test_a_trim_forgets_up_to_its_position",
    "WritesEntriesOfRefusedBatches": "test_a_refused_batch_writes_no_entry",
}

LAWS = sorted(name for name in vars(StorageConformance) if name.startswith("test_"))


def _classes(path: Path) -> dict[str, type[MemoryStorage]]:
    # Loaded by path: the folders of tests are no packages.
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return {
        name: kind
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, MemoryStorage) and kind.__module__ == path.stem
    }


SABOTEURS = {
    name: kind
    for path in sorted(Path(__file__).parent.glob("saboteur_*.py"))
    for name, kind in _classes(path).items()
}
HONEST = SABOTEURS.pop("Honest")


class Examined(StorageConformance):
    """The kit over any of these classes; one that can be reopened claims to be durable."""

    def __init__(self, kind: type[MemoryStorage]) -> None:
        self.kind = kind
        self.is_durable = hasattr(kind, "reopened")

    def make(self) -> MemoryStorage:
        return self.kind()

    def reopen(self, storage: Any) -> Any:
        return storage.reopened() if self.is_durable else storage


@pytest.mark.parametrize("saboteur", sorted(SABOTEURS))
def test_every_saboteur_is_caught_by_its_law(saboteur: str) -> None:
    assert saboteur in CAUGHT_BY, f"say in CAUGHT_BY which law catches {saboteur}"
    examined = Examined(SABOTEURS[saboteur])

    with pytest.raises(AssertionError, match="promised: "):
        getattr(examined, CAUGHT_BY[saboteur])()


def test_every_row_of_the_table_names_a_saboteur() -> None:
    assert set() == CAUGHT_BY.keys() - SABOTEURS.keys()
    assert 14 <= len(SABOTEURS)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("kind", [MemoryStorage, HONEST])
def test_an_honest_storage_keeps_every_law(kind: type[MemoryStorage], law: str) -> None:
    getattr(Examined(kind), law)()
