"""For agencies: publish events, read files of them, and learn what became of each."""

from producers.agency import Agency, NotAnsweredError, NotPublishedError, Ticket

__all__ = ["Agency", "NotAnsweredError", "NotPublishedError", "Ticket"]
