"""A server of ours that runs beside the commands: what Broker and Valkey share."""

from supervision import processes


class Server:
    """A child process that listens on a port of loopback. `stop_s`: how long it may take to stop."""

    stop_s: float

    def __init__(self, port: int) -> None:
        self.port = port
        self._child: processes.Child | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The running server's pid; None where it does not run."""
        return self._child.pid if self._child else None

    def stop(self) -> None:
        """Stop it in order; it is killed when it takes longer than `stop_s`."""
        if self._child:
            self._child.ask()
            self._child.await_end(self.stop_s)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._child:
            self._child.kill()

    def healthy(self) -> bool:
        """Whether it takes connections."""
        return processes.listens(self.port)

    def last_words(self) -> str:
        """How it ended and why, as far as its log tells, and where that is."""
        return self._child.last_words() if self._child else "it never started"
