"""``python -m gatewayctl`` is ``gatewayctl``."""

import sys

from gatewayctl.cli import main

if __name__ == "__main__":
    sys.exit(main())
