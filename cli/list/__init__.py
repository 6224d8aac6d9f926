"""Commands that read the joint-sanction list: `list`."""
