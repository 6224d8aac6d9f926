"""Webhooks: a bank's alerts posted to a receiver of its own, signed, in order, again and again until it has them."""
