"""The one commit, and what to do when its answer is lost."""

from __future__ import annotations

from omnicommerce.kernel.collection import ABSENT, Version
from omnicommerce.kernel.errors import Again, CommitUnknown, Conflict
from omnicommerce.ports.storage import KEYS_MAX, Batch, Put
from omnicommerce.runner.receipts import RECEIPTS
from omnicommerce.runner.steps import Commit, Read, Steps


def committed(batch: Batch) -> Steps[None]:
    """Commit *batch*; if nobody knows whether it was stored, find out.

    Raises:
        Conflict: nothing was stored.
        CommitUnknown: nobody can know any more.
    """
    try:
        yield Commit(batch)
    except CommitUnknown as unknown:
        yield from _settled(batch, unknown)


def _settled(batch: Batch, unknown: CommitUnknown) -> Steps[None]:
    """Find out whether *batch* was stored: its id is the version of what it put.

    Raises:
        Conflict: it was not stored; a record is still as it was before.
        CommitUnknown: others have written over everything it put.
    """
    # What the batch added comes first: hardly anybody writes over a receipt or a sale.
    puts = sorted(batch.puts, key=lambda put: put.version)[:KEYS_MAX]
    if not puts:
        raise unknown
    try:
        found = yield Read(tuple([put.key for put in puts]))
    except Again:
        raise unknown from None
    versions = [record.version if record is not None else ABSENT for record in found]
    if batch.id in versions:
        return
    if any(_is_as_before(put, version) for put, version in zip(puts, versions, strict=True)):
        raise Conflict("the commit was lost on its way") from unknown
    raise unknown


def _is_as_before(put: Put, version: Version) -> bool:
    """Whether this proves that nothing was stored.

    A version never comes back, but an absence does: what was added may have been deleted since. Receipts
    are deleted only when nobody can be waiting for an answer any more.
    """
    return version == put.version and (version != ABSENT or put.key.collection == RECEIPTS.name)
