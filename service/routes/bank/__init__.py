"""/v1 as banks use it."""
