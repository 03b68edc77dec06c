"""The drawings of the report, each with its finding in words and its figures in a table."""
