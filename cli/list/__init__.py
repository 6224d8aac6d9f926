"""`list`: commands that read the joint-sanction list and print it. They change nothing."""
