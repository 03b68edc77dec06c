"""Litmus programs: two or three transactions, every order of their calls, and what no order may explain."""
