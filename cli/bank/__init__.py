"""Commands of the office about banks: `bank`, `watch`."""
