"""A storage adapter as a third party writes one: outside the package, on a database of its own choice."""
