"""How fast it is, side by side with doing the same by hand: one file a question."""
