"""The demonstration: a region, two banks, a few hundred events, one dead worker."""
