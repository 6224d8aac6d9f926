"""The language everything speaks: events, facts, the standard, the list, alerts. Pure: no I/O, no clock, no randomness."""
