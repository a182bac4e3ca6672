"""An upstream over TLS, TCP or a unix socket, with certificates of an authority that the test makes.

It answers each request with what it knows of the connection: the name that was asked for (SNI), the protocol that was
agreed on, the subject of the client's certificate, and which certificate of its own it showed.
"""

import json
import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme


class Authority:
    """A certificate authority with its files in ``directory``."""

    def __init__(self, directory: Path, name: str = "authority") -> None:
        self._ca = trustme.CA(organization_name=name)
        self._directory = directory
        self.file = directory / f"{name}.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def certificate(self, *names: str, file: str = "server", **how: Any) -> tuple[Path, Path]:
        """A certificate for those names: the files of its chain and of its key."""
        made = self._ca.issue_cert(*names, **how)
        cert, key = self._directory / f"{file}.pem", self._directory / f"{file}.key"
        made.cert_chain_pems[0].write_to_path(str(cert))
        made.private_key_pem.write_to_path(str(key))
        return cert, key

    def server(self, *names: str, clients: bool = False, version: int | None = None, **how: Any) -> ssl.SSLContext:
        """A server's context with a certificate for those names; ``clients`` need one of this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names, **how).configure_cert(context)
        context.set_alpn_protocols(["http/1.1"])
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            self._ca.configure_trust(context)
        if version is not None:
            context.minimum_version = context.maximum_version = ssl.TLSVersion(version)
        return context


class SecureUpstream:
    """Listens on ``host`` (or the unix socket ``path``), with TLS where there is a ``context``; ``connections`` counts them."""

    def __init__(
        self, context: ssl.SSLContext | None, *, host: str = "127.0.0.1", port: int = 0, path: str = ""
    ) -> None:
        self.context = context
        self.name = ""
        """Said in each answer, to tell upstreams apart."""
        self.connections = 0
        self.open: list[socket.socket] = []
        if path:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
            self._listener.listen()
            self.port = 0
        else:
            self._listener = socket.create_server((host, port))
            self.port = self._listener.getsockname()[1]
        if context is not None:
            context.sni_callback = self._on_name
        self._names: dict[int, str | None] = {}
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> "SecureUpstream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self.open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join(5)

    def _on_name(self, sock: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        self._names[id(sock)] = name

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        sock: Any = plain
        try:
            if self.context is not None:
                sock = self.context.wrap_socket(plain, server_side=True)
                self.open[self.open.index(plain)] = sock
            rest = b""
            while True:
                while b"\r\n\r\n" not in rest:
                    data = sock.recv(65536)
                    if not data:
                        return
                    rest += data
                    if rest.startswith(b"\x16"):  # a TLS handshake, to a server that speaks none
                        sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                        return
                head, _, rest = rest.partition(b"\r\n\r\n")
                body = json.dumps(self._facts(sock, head)).encode()
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        except OSError:
            pass
        finally:
            sock.close()
            plain.close()
            if sock in self.open:
                self.open.remove(sock)

    def _facts(self, sock: Any, head: bytes) -> dict[str, Any]:
        lines = head.decode("latin-1").split("\r\n")
        host = next((line[6:] for line in lines if line.lower().startswith("host: ")), "")
        facts: dict[str, Any] = {"name": self.name, "request": lines[0], "host": host}
        if self.context is not None:
            peer = sock.getpeercert() or {}
            facts |= {
                "sni": self._names.get(id(sock)),
                "alpn": sock.selected_alpn_protocol(),
                "version": sock.version(),
                "client": [value for kind, value in peer.get("subjectAltName", ())],
            }
        return facts
