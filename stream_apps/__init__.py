"""The stream processors: one Faust worker, one exactly-once engine, one file per stage."""
