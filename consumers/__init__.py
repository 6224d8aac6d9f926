"""For banks: the SDK that a bank installs, and the parts that serve banks from the topics.

Imports nothing itself, so that a bank's program loads only the part that it uses.
"""
