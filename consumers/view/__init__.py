"""The screening view: a copy of the current list in Redis, which can be deleted and filled again at any time."""
