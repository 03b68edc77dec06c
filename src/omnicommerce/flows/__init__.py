"""Customer stories, one a file, one transaction each."""
