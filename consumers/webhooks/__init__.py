"""Webhooks: a bank's alerts posted to its own receiver, signed, in order, repeated until it accepts them."""
