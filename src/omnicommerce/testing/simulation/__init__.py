"""The simulator: a shop's whole life out of one seed, with everything that can go wrong with it.

`story.py` tells one life; begin there. `faults.py` lists what goes wrong, `till.py` and `depot.py` what
is asked of the shop, `accounts.py` what its books must come to.
"""
