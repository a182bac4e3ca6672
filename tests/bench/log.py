"""What a line of the access log costs, in microseconds: ``python -m tests.bench.log``. Asserts nothing."""

from timeit import repeat
from types import SimpleNamespace

from gatewayctl.core.head import HeadParser
from gatewayctl.telemetry.access_log import FORMATTERS
from gatewayctl.telemetry.log_writer import LogWriter

REQUEST = b"GET /api/users/42?page=2 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: curl/8.5.0"
BURST = 2_000


def main() -> None:
    head = HeadParser(request_id_name=b"x-request-id", max_fields=100).request(REQUEST)
    settled = SimpleNamespace(
        head=head,
        failure=None,
        target_names=("users", "users"),
        instance_id=b"users-1",
        request_id=b"0af7651916cd43dd8448eb211c80319c",
        trace_id=b"0af7651916cd43dd8448eb211c80319c",
        client_ip=b"203.0.113.9",
        log_target=b'"route":"users","service":"users"',
        status=200,
        attempts=1,
        tried=(),
        upstream_time=0.0012,
        received=0,
        sent=1024,
    )
    writer = LogWriter.to_file("/dev/null", lambda seconds, callback: None)
    for name, formatter in FORMATTERS.items():
        line = formatter("keys")
        best = min(repeat(lambda: writer.write(line(settled, 1_780_000_000.5, 0.0013)), number=BURST, repeat=50))  # noqa: B023
        print(f"{'a line, ' + name:24}{best / BURST * 1e6:8.2f}")
    writer.close()


if __name__ == "__main__":
    main()
