"""A receipt is handed over: what was sold on it, and what has come back?"""

from __future__ import annotations

from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Flow, Get, Outcome, ask
from omnicommerce.kernel.verdict import failed
from omnicommerce.orders import SALES, RecordedSale, SaleKey


def find_sale(*, receipt: SaleKey) -> Flow[RecordedSale]:
    """The sale of that *receipt* as the books have it: its lines, and what has come back of each.

    Raises:
        Refused: ``no_such_sale``; it may still be told.
    """
    held = yield from ask(Get(SALES, receipt.id))
    if held.value is None:
        raise Refused(failed("no_such_sale", actual=receipt.id))
    return Outcome(held.value)
