"""Commands about a bank's alerts: `alerts`."""
