"""What Broker and Valkey share: a server that runs on this machine."""

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
        """The running server's pid, or None."""
        return self._child.pid if self._child else None

    def stop(self) -> None:
        """Stops it in order; it is killed if it takes longer than `stop_s`."""
        if self._child:
            self._child.terminate()
            self._child.await_end(self.stop_s)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._child:
            self._child.kill()

    def healthy(self) -> bool:
        """Whether it accepts connections."""
        return processes.listens(self.port)

    def exit_report(self) -> str:
        """Returns how and why it ended, as far as its log says, and the log's path."""
        return self._child.exit_report() if self._child else "it never started"
