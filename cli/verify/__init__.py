"""`liancheng verify`: what stands on the topics against what the folds make of the topics before them.

`source.py` says what is read, `cut.py` reads it from Kafka; the checks between them know no Kafka and no clock.
"""
