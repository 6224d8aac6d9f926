"""Roads on which a bank's alerts reach it without a Kafka client of its own: the same numbers and the same JSON."""
