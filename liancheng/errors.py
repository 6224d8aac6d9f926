"""What can go wrong, grouped by who can mend it. A refusal of an event is a value (`Finding`), not an error."""


class LianchengError(Exception):
    """An error whose text is one readable line that says what was found, what was expected and how to mend it."""


class WrongUseError(LianchengError):
    """The caller can mend it: an unknown province or bank, a file of the wrong kind."""


class UnavailableError(LianchengError):
    """Time can mend it, or ops: no broker, a refused login, a timeout."""


class UndigestibleError(LianchengError):
    """A record that a fold cannot digest. It goes to `dead-letters` and ops mend it."""


class RestartSessionError(Exception):
    """A session with Kafka or Redis cannot continue; the next one starts from the state it finds there."""
