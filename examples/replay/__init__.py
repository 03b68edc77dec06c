"""A real-shaped year of a retailer, replayed through the library's own front door."""
