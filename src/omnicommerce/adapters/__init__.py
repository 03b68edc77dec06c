"""Ready-made ends for the ports: storage, keys, ids and the clock."""
