"""A bank's book of watches: its rows, the file that it comes in, and the topic that keeps it.

Knows no HTTP: the service and the SDK both use it.
"""
