"""Twenty spends of one balance at once: no more goes out than there is (fuint, issue 71).

There, twenty gifts of a hundred points at once from a balance of a hundred credited two thousand. Each race is run
once more by a till that looks, decides, and writes a moment later, and must then go wrong.
"""

from __future__ import annotations

