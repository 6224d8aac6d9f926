"""Commands about the unified standard: `standard`."""
