"""What a decision about points changes: the head of the book, its pages, and a line of the statement."""

from __future__ import annotations

from datetime import datetime

import attrs

from omnicommerce.kernel.changes import Event, adding, happened, joined, replacing
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.flow import Asking, Get, GetMany, Now, ask_all, stage
from omnicommerce.kernel.ids import StoreId
from omnicommerce.loyalty import (
    HEADS,
    LOTS,
    MOVEMENTS,
    PointsMoved,
    apply_to_head,
    apply_to_page,
    lots_id,
    movement_of,
    pages_of,
)


@attrs.frozen(kw_only=True)
class Occasion:
    """When and where it was that points moved."""

    at: datetime
    channel: Channel | None = None
    store: StoreId | None = None


def post(event: PointsMoved, occasion: Occasion) -> Asking[None]:
    """Stage all that *event* changes, so that whatever is decided next sees it."""
    names = pages_of(event)
    head, pages, now = yield from ask_all(
        Get(HEADS, event.member),
        GetMany(LOTS, tuple(lots_id(event.member, name) for name in names)),
        Now(),
    )
    told = Event(
        event, at=occasion.at, members=(event.member,), channel=occasion.channel, store=occasion.store
    )
    written = [
        replacing(page, apply_to_page(page.value, name, event))
        for name, page in zip(names, pages, strict=True)
    ]
    changes = joined(written) + replacing(head, apply_to_head(head.value, event))
    if event.moves or event.postings:
        changes += adding(MOVEMENTS, event.id, movement_of(event, now, occasion.at))
    yield from stage(changes + happened(told))
