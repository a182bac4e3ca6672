"""What the integration tests share: skips by name for what a machine may lack."""

import shutil

import pytest


@pytest.fixture(scope="session")
def curl() -> str:
    """The path of curl, where there is one."""
    binary = shutil.which("curl")
    if binary is None:
        pytest.skip("curl is not installed")
    return binary
