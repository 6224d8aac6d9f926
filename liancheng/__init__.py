"""The core that everything else builds on: records, standard, list, answers. Pure: no I/O, no clock, no randomness."""
