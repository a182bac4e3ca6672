"""What a token costs, in microseconds: ``python -m tests.bench.tokens``. Best of several bursts; asserts nothing."""

from collections.abc import Callable
from itertools import count
from timeit import repeat

from gatewayctl.plan.keys import pem_key, secret_key
from tests.support.tokens import NOW, SECRET, public_pem, token
from tests.unit.policy.auth.asking import bearer, scheme

BURST = 200
FIRST = 20


def main() -> None:
    keys = {
        "HS256": secret_key(SECRET.encode()),
        "RS256": pem_key(public_pem("RSA")),
        "ES256": pem_key(public_pem("P-256")),
    }
    for algorithm, key in keys.items():
        by = scheme(algorithms=(algorithm,), keys=(key,))
        known = bearer(token(algorithm))
        by.identify(known, NOW)
        _tell(f"{algorithm}, seen before", lambda: by.identify(known, NOW), BURST)  # noqa: B023
        numbers = count()
        fresh = iter([bearer(token(algorithm, jti=str(next(numbers)))) for _ in range(FIRST * 50)])
        _tell(f"{algorithm}, the first time", lambda: by.identify(next(fresh), NOW), FIRST)  # noqa: B023


def _tell(what: str, act: Callable[[], object], number: int) -> None:
    best = min(repeat(act, number=number, repeat=50))
    print(f"{what:24}{best / number * 1e6:8.2f}")


if __name__ == "__main__":
    main()
