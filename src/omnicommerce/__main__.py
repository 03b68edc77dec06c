"""``python -m omnicommerce``: see `omnicommerce.cli`."""

from __future__ import annotations

import sys

from omnicommerce.cli import main

if __name__ == "__main__":
    sys.exit(main())
