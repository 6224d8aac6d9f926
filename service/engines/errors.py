"""What an engine refuses. `service.web.problems` says how each of these is answered over HTTP."""

from liancheng.errors import LianchengError, UnavailableError, WrongUseError


class StartingError(UnavailableError):
    """A live copy has not caught up with its topic yet."""


class NamesNotReadyError(UnavailableError):
    """The index of names is being built, or too far behind the list. `progress`: 0 to 1."""

    def __init__(self, detail: str, progress: float) -> None:
        super().__init__(detail)
        self.progress = round(progress, 3)


class ReceiptsFullError(UnavailableError):
    """Too many receipts wait for the broker: an answer without a receipt is not given."""


class KeyRefusedError(LianchengError):
    """A key that no registered bank has."""


class KeyEndedError(LianchengError):
    """A key that was valid once. Only a caller with the right secret learns this."""


class NotFoundError(LianchengError):
    """The caller's bank has nothing of that name."""


class TooManyWebhooksError(LianchengError):
    """The bank has as many webhooks as it may have. `limit`: how many."""

    def __init__(self, detail: str, limit: int) -> None:
        super().__init__(detail)
        self.limit = limit


class BodyInterruptedError(LianchengError):
    """The connection was lost before the last byte of a body."""


class UploadOffsetError(LianchengError):
    """An upload resumes at another `offset` (bytes) than the one given."""

    def __init__(self, given: int, offset: int) -> None:
        super().__init__(f"found the offset {given}, this upload resumes at {offset}")
        self.offset = offset


class UploadTakenError(LianchengError):
    """Another request has taken over this upload, finished it or restarted it."""


class NoRowsError(WrongUseError):
    """Every row of an upload was refused. `refused`: the first of them, with the reasons."""

    def __init__(self, detail: str, refused: list[object]) -> None:
        super().__init__(detail)
        self.refused = refused
