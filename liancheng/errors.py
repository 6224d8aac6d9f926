"""Errors, by who can fix them. A refused event is not an error but a value (`Finding`)."""


class LianchengError(Exception):
    """An error whose text is one readable line: what was found, what was expected and how to fix it."""


class WrongUseError(LianchengError):
    """The caller can fix it: an unknown province or bank, a file of the wrong kind."""


class UnavailableError(LianchengError):
    """Time or operations can fix it: no broker, a refused login, a timeout."""


class UndigestibleError(LianchengError):
    """A fold cannot apply a record. The record goes to `dead-letters`, where operations deal with it."""


class RestartSessionError(Exception):
    """A session with Kafka or Redis cannot continue; the next one starts from the state it finds there."""
