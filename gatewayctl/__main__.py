"""``python -m gatewayctl`` is ``gatewayctl``."""

from gatewayctl.cli import entry

if __name__ == "__main__":
    entry()
