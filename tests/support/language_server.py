"""A client of a language server on its standard streams, as an editor is (Language Server Protocol 3.17)."""

import json
import select
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.processes import bound_to_us

MESSAGES = 200
"""How many messages are read while one is waited for."""
PATIENCE = 20.0
"""Seconds that the next message may take."""


class LanguageServer:
    """Starts ``command`` in ``directory`` and introduces itself. ``settings`` are the editor's for this server."""

    def __init__(self, command: Sequence[str], directory: Path, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._process = subprocess.Popen(
            bound_to_us(command),
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # what is read ahead would not be seen by select
        )
        root = directory.as_uri()
        self._number = 0
        self.notices: list[dict[str, Any]] = []
        folders = [{"uri": root, "name": "test"}]
        capabilities = {"workspace": {"configuration": True, "workspaceFolders": True}}
        parameters = {"processId": None, "rootUri": root, "workspaceFolders": folders, "capabilities": capabilities}
        self.request("initialize", parameters)
        self.notify("initialized", {})

    def __enter__(self) -> "LanguageServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, uri: str, text: str) -> None:
        """Opens a TOML document."""
        document = {"uri": uri, "languageId": "toml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def notify(self, method: str, parameters: dict[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": parameters})

    def request(self, method: str, parameters: dict[str, Any]) -> Any:
        """The result of a request."""
        self._number += 1
        number = self._number
        self._write({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        answer = self._until(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer
        return answer.get("result")

    def notice(self, method: str) -> dict[str, Any]:
        """The parameters of the next notification of that kind, or of one that has come already."""
        for at, message in enumerate(self.notices):
            if message["method"] == method:
                found: dict[str, Any] = self.notices.pop(at)["params"]
                return found
        told: dict[str, Any] = self._until(lambda message: message.get("method") == method)["params"]
        self.notices.pop()
        return told

    def _until(self, wanted: Any) -> dict[str, Any]:
        for _ in range(MESSAGES):
            message = self._read()
            if "method" in message and "id" in message:
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": self._asked(message)})
            elif "method" in message:
                self.notices.append(message)
            if wanted(message):
                return message
        raise AssertionError("the language server does not answer")

    def _asked(self, message: dict[str, Any]) -> Any:
        """What the server wants to know of the editor: its settings, otherwise nothing."""
        if message["method"] == "workspace/configuration":
            return [self._settings for _ in message["params"]["items"]]
        return None

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps(message).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        ready, _, _ = select.select([stream], [], [], PATIENCE)
        assert ready, "the language server says nothing"
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server has ended"
        body = b""
        while len(body) < length:
            piece = stream.read(length - len(body))
            assert piece, "the language server has ended"
            body += piece
        message: dict[str, Any] = json.loads(body)
        return message
