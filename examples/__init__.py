"""What the library does, told by programs that use it as a host would."""
