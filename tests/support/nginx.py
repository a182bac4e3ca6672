"""A real nginx as an upstream: a master and a worker in the foreground, on a socket that the test opened for it."""

import getpass
import os
import socket
import subprocess
from pathlib import Path

from tests.support.processes import bound_to_us, end
from tests.support.waiting import wait_for

_CONFIG = """\
daemon off;
user {user};
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
  log_format test '$connection $connection_requests $request_method $request_uri $status $server_protocol $http_host';
  access_log {directory}/access.log test;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  client_max_body_size 0;
  keepalive_requests 100000;
  default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{port};
    root {directory}/www;
    location = /headers {{
      return 200 "$http_host|$http_x_forwarded_for|$http_x_forwarded_proto|$http_connection|$http_via";
    }}
    location = /empty {{ return 204; }}
    location = /moved {{ return 302 /elsewhere; }}
    location = /closing {{ keepalive_timeout 0; return 200 "closing"; }}
    location = /zipped.txt {{ gzip on; gzip_proxied any; gzip_min_length 1; gzip_types text/plain; types {{ text/plain txt; }} }}
    location = /upload {{ proxy_pass http://127.0.0.1:{port}/discard; proxy_request_buffering on; }}
    location = /discard {{ return 200 "$http_content_length $http_transfer_encoding"; }}
  }}
}}
"""


class Nginx:
    """A running nginx with ``www`` as its document root. ``log()`` gives its access log, a list of words a line."""

    def __init__(self, directory: Path, binary: str) -> None:
        self.directory = directory
        self.www = directory / "www"
        self.www.mkdir()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = directory / "nginx.conf"
        config.write_text(_CONFIG.format(directory=directory, port=self.port, user=getpass.getuser()))
        self._errors = (directory / "error.log").open("wb")
        # nginx takes over an open listener named in NGINX (its way to upgrade in place): no port is lost in between.
        listener.setblocking(False)
        self.process = subprocess.Popen(
            bound_to_us([binary, "-c", str(config), "-p", str(directory), "-e", "stderr"]),
            env=os.environ | {"NGINX": f"{listener.fileno()};"},
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
        )
        listener.close()
        try:
            wait_for(self._answers, "nginx answers")
        except AssertionError as error:
            self.stop()
            raise AssertionError(f"{error}\n{(directory / 'error.log').read_text()}") from None

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError("nginx ended instead of listening")
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
            probe.sendall(b"GET /empty HTTP/1.0\r\n\r\n")
            return probe.recv(4096).startswith(b"HTTP/1.1 204")

    def log(self) -> list[list[str]]:
        """The access log: connection, request number on it, method, target, status, protocol, host."""
        return [line.split() for line in (self.directory / "access.log").read_text().splitlines()]

    def stop(self) -> None:
        """Ends it, by its process id."""
        end(self.process)
        self._errors.close()
