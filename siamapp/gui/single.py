"""One window per home: a second start raises the first one and ends."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS: Final = 500


class SingleWindow(QObject):
    """Holds the home's name for as long as the window lives."""

    asked = Signal(str)
    """Somebody started the app again; with the source that was named, or an empty text."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # A socket's name must be short, and says nothing about where the home is.
        digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
        self._name = f"siamapp-{digest}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def taken(self, source: str) -> bool:
        """Whether another window has this home; it was asked to come to the front."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(_WAIT_MS):
            socket.write(f"{source}\n".encode())
            socket.flush()
            socket.waitForBytesWritten(_WAIT_MS)
            socket.disconnectFromServer()
            return True
        QLocalServer.removeServer(self._name)  # left by a process that died
        self._server.listen(self._name)
        return False

    def close(self) -> None:
        self._server.close()

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(self._on_text)
        socket.disconnected.connect(socket.deleteLater)
        if socket.bytesAvailable():
            self._take(socket)

    def _on_text(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        line = bytes(socket.readAll().data()).decode(errors="replace")
        self.asked.emit(line.rstrip("\n"))
