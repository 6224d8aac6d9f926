"""`alerts` and its subcommands: lines, a day's file, a day's signed count, Kafka's own console consumer.

A bank's book and its webhooks are other families.
"""
