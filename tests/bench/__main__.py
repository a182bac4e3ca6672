"""The table beside real peers: ``python -m tests.bench``. It asserts nothing; what is not installed is left out.

All gateways run at once, each with one worker on processor 0; the upstream (nginx) and the load (wrk) have processor 1.
The load visits the gateways in turn, in short bursts, round after round, so that a noisy machine is noisy for all.
Noise only ever adds cost: the best burst and the lower quartile are shown. Ratios within a run are what counts.

  python -m tests.bench                            all that is installed, 1 KiB answers
  python -m tests.bench --size 64k nginx gatewayctl
  python -m tests.bench --headers                  with nine realistic request headers
  python -m tests.bench --parts                    what single parts cost: matcher, pipeline, log line, tokens
"""

import argparse
import os
import socket
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import log, matcher, pipeline, tokens
from tests.bench.measure import Burst, NotReady, Process, burst
from tests.bench.peers import PEERS, SIZES, found, upstream


def main() -> int:
    options = _options()
    if options.parts:
        matcher.main()
        pipeline.main()
        log.main()
        tokens.main()
        return 0
    wrk, nginx = found("wrk"), found("nginx")
    if wrk is None or nginx is None:
        print("the comparison needs wrk and nginx (both are Debian packages)", file=sys.stderr)
        return 2
    wanted = options.gateways or list(PEERS)
    absent = [name for name in wanted if found(PEERS[name].binary) is None]
    if absent:
        print(f"not installed: {', '.join(absent)}", file=sys.stderr)
    bursts = _measure([name for name in wanted if name not in absent], wrk, options)
    _print(bursts, options)
    return 0 if all(bursts.values()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateways", nargs="*", choices=[*PEERS, []], metavar="GATEWAY", help=", ".join(PEERS))
    parser.add_argument("--size", choices=SIZES, default="1k")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=1, help="length of a burst")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--headers", action="store_true", help="nine realistic request headers")
    parser.add_argument("--parts", action="store_true", help="what single parts cost instead")
    return parser.parse_args()


def _measure(names: list[str], wrk: str, options: argparse.Namespace) -> dict[str, list[Burst]]:
    processors = (0, 1) if (os.cpu_count() or 1) > 1 else (None, None)
    path, size = f"/{options.size}", SIZES[options.size]
    bursts: dict[str, list[Burst]] = {}
    with ExitStack() as ends:
        d = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="gatewayctl-bench-")))
        behind = _free_port()
        server = Process(upstream(d, behind), processors[1], d / "upstream.log")
        ends.callback(server.stop)
        server.wait_ready(behind, path, size)
        running: dict[str, tuple[Process, int]] = {}
        for name in names:
            port = _free_port()
            process = Process(PEERS[name].command(d, port, behind), processors[0], d / f"{name}.log")
            ends.callback(process.stop)
            bursts[name] = []
            try:
                process.wait_ready(port, path, size)
            except NotReady as error:
                print(f"{name} does not run: {error}", file=sys.stderr)
                continue
            running[name] = process, port
        for turn in range(options.rounds + 1):
            for name, (process, port) in running.items():
                done = burst(
                    process,
                    wrk,
                    f"http://127.0.0.1:{port}{path}",
                    seconds=options.seconds,
                    connections=options.connections,
                    headers=options.headers,
                    processor=processors[1],
                )
                if turn:  # the first one warms up
                    bursts[name].append(done)
    return bursts


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _print(bursts: dict[str, list[Burst]], options: argparse.Namespace) -> None:
    told = {name: runs for name, runs in bursts.items() if runs}
    if not told:
        return
    base = min(run.cpu for run in next(iter(told.values())))
    extra = ", nine realistic request headers" if options.headers else ""
    print(f"{options.size} answers, {options.connections} connections, {options.rounds} rounds{extra}\n")
    print(f"| gateway | CPU µs/request | lower quartile | times {next(iter(told))} | requests/s | failed |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, runs in told.items():
        costs = [run.cpu for run in runs]
        quartile = statistics.quantiles(costs, n=4)[0] if len(costs) > 1 else costs[0]
        rate, failed = max(run.rate for run in runs), sum(run.failed for run in runs)
        print(f"| {name} | {min(costs):.1f} | {quartile:.1f} | {min(costs) / base:.2f} | {rate:.0f} | {failed} |")


if __name__ == "__main__":
    sys.exit(main())
