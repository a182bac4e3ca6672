"""Other gateways in front of an upstream of the test's: nginx and HAProxy, on a socket that the test opened for them."""

import getpass
import os
import socket
import subprocess
from pathlib import Path

from tests.support.processes import bound_to_us, end
from tests.support.waiting import wait_for

_NGINX = """\
daemon off;
user {user};
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  client_max_body_size 0;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_http_version 1.1; proxy_pass http://127.0.0.1:{upstream}; }}
  }}
}}
"""
_HAPROXY = """\
global
  maxconn 256
defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend f
  bind fd@{descriptor}
  default_backend b
backend b
  server s 127.0.0.1:{upstream}
"""


class Proxy:
    """A running nginx or HAProxy, by its ``kind``, that sends everything to the port ``upstream``."""

    def __init__(self, kind: str, binary: str, directory: Path, upstream: int) -> None:
        self.kind = kind
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = ("127.0.0.1", int(listener.getsockname()[1]))
        listener.setblocking(False)
        config = directory / f"{kind}.conf"
        environment = dict(os.environ)
        if kind == "nginx":
            config.write_text(
                _NGINX.format(user=getpass.getuser(), directory=directory, port=self.address[1], upstream=upstream)
            )
            environment["NGINX"] = f"{listener.fileno()};"
            command = [binary, "-c", str(config), "-p", str(directory), "-e", "stderr"]
        else:
            config.write_text(_HAPROXY.format(descriptor=listener.fileno(), upstream=upstream))
            command = [binary, "-db", "-q", "-f", str(config)]
        self._errors = (directory / f"{kind}.log").open("wb")
        self.process = subprocess.Popen(
            bound_to_us(command),
            env=environment,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
        )
        listener.close()
        wait_for(self._answers, f"{kind} answers")

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"{self.kind} ended instead of listening")
        with socket.create_connection(self.address, timeout=2) as probe:
            probe.settimeout(2)
            probe.sendall(b"GET /probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n")
            return probe.recv(4096).startswith(b"HTTP/1.1 200")

    def stop(self) -> None:
        """Ends it, by its process id."""
        end(self.process)
        self._errors.close()
