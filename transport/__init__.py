"""Kafka for the wings: clients, topics, reading a table to its end. The one place where clients are made."""
