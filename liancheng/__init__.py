"""The language everything speaks: events, facts, standard, list, alerts. Pure: no I/O, no clock, no randomness."""
