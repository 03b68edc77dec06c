"""What a host brings: promises in plain words, as Protocols over plain values."""
