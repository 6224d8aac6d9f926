"""The models of every record on the topics, and the one registry of topics.

Types only. Nothing in this folder parses, judges or prints a text.
"""
