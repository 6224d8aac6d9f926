"""What an engine refuses. `service.web.problems` says how each of these is answered over HTTP."""

from liancheng.errors import LianchengError


class EngineError(LianchengError):
    """`facts`: what the caller needs to go on, by name."""

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.facts = facts


class StartingError(EngineError):
    """A live copy has not caught up with its topic yet."""


class NamesNotReadyError(EngineError):
    """The index of names is being built, or too far behind the list. `progress`: 0 to 1."""


class KeyRefusedError(EngineError):
    """A key that no registered bank has."""


class KeyEndedError(EngineError):
    """A key that was valid once. Only a caller with the right secret learns this."""


class NotFoundError(EngineError):
    """The caller's bank has nothing of that name."""


class TooManyWebhooksError(EngineError):
    """The bank has as many webhooks as it may have: `limit`."""


class BodyInterruptedError(EngineError):
    """The connection was lost before the last byte of a body."""


class UploadOffsetError(EngineError):
    """An upload resumes at another `offset` (bytes) than the one given."""


class UploadTakenError(EngineError):
    """Another request has taken over this upload, finished it or restarted it."""


class NoRowsError(EngineError):
    """Every row of an upload was refused. `refused`: the first of them, with the reasons."""
