"""`liancheng verify`: what is on the topics compared with what the folds make of the topics before them.

`source.py` says what is read, `cut.py` reads it from Kafka; the checks know no Kafka and no clock.
"""
