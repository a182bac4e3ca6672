"""An admin address that answers as it is told: over TCP or a unix socket, in a thread of its own."""

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class AdminServer:
    """Answers every request with ``status`` and ``document`` (bytes as they are); ``asked`` lists what it was asked."""

    def __init__(self, document: Any, status: int = 200, *, socket: Path | None = None) -> None:
        self.asked: list[tuple[str, str, str | None]] = []
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.command, self.path, self.headers.get("authorization")))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name that http.server looks for

            def address_string(self) -> str:
                return "client"

            def log_message(self, *arguments: Any) -> None:
                """Tests say what went wrong themselves."""

        self._server: socketserver.BaseServer
        if socket is None:
            self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
            self.address = f"127.0.0.1:{self._server.server_address[1]}"
        else:
            self._server = socketserver.ThreadingUnixStreamServer(str(socket), Handler)
            self.address = f"unix:{socket}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
