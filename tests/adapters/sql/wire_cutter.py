"""Something between the shop and its server that cuts the wire at one exact COMMIT."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import URL

from tests.adapters.sql.server import Server

Cut = Literal["never", "request lost", "request late", "answer lost", "both lost"]
"""What becomes of the next COMMIT of a writer: it never arrives and the server does not notice; it arrives
after a while, when the shop has long been cut off; it arrives, and its answer does not; both ends are cut."""

LATE_SECONDS: Final = 0.6

PORT: Final = ".s.PGSQL.5432"


class WireCutter:
    """Hands every byte on in both directions until it is told to cut."""

    def __init__(self, server: Server) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="omnicommerce-wire-")
        self._behind = str(server.folder / PORT)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / PORT))
        self._listener.listen(32)
        self._open: list[socket.socket] = [self._listener]
        self.cut: Cut = "never"
        self.is_down = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, driver: str = "postgresql+psycopg") -> URL:
        """The server, as it is reached through here."""
        return URL.create(driver, "postgres", database="postgres", query={"host": self._folder.name})

    def close(self) -> None:
        """Cut everything."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        while True:
            try:
                shop, _ = self._listener.accept()
            except OSError:
                return
            if self.is_down:
                shop.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._behind)
            self._open += [shop, server]
            state: dict[str, Any] = {"is_deaf": False}
            threading.Thread(target=self._hand_on, args=(shop, server, state), daemon=True).start()
            threading.Thread(target=self._hand_back, args=(server, shop, state), daemon=True).start()

    def _hand_on(self, shop: socket.socket, server: socket.socket, state: dict[str, Any]) -> None:
        is_writing = False
        while sent := _received(shop):
            if b"BEGIN" in sent:
                is_writing = b"READ WRITE" in sent
            if self.cut != "never" and is_writing and b"COMMIT\0" in sent:
                cut, self.cut = self.cut, "never"
                self.cuts += 1
                state["is_deaf"] = True
                if cut == "answer lost":
                    server.sendall(sent)
                    time.sleep(LATE_SECONDS / 4)
                shop.close()
                if cut == "request late":
                    time.sleep(LATE_SECONDS)
                    with suppress(OSError):
                        server.sendall(sent)
                if cut == "both lost":
                    server.close()
                # Otherwise the server's end stays open, and it has no idea.
                return
            with suppress(OSError):
                server.sendall(sent)
        server.close()

    def _hand_back(self, server: socket.socket, shop: socket.socket, state: dict[str, Any]) -> None:
        while answered := _received(server):
            if not state["is_deaf"]:
                with suppress(OSError):
                    shop.sendall(answered)
        with suppress(OSError):
            shop.shutdown(socket.SHUT_RDWR)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except OSError:
        return b""
