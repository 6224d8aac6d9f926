"""Kafka and Redis for all programs: clients, topics, readers and writers. Decides nothing about penalties.

Every client is constructed in this folder; transactions are in `fenced_writer.py` only.
"""
