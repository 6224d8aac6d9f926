"""The demonstration: a region, two banks, a few hundred events, one killed worker. Nothing imports it."""
