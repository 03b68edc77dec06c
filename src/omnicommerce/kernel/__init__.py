"""The ground: values, verdicts, errors, and the words in which flows ask. It knows no room."""
