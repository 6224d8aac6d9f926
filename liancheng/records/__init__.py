"""What lies on the topics: the models of every record, and the one registry of topics.

Holds types only. Nothing here reads, judges or prints a text.
"""
