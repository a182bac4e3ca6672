"""Git in a folder of a test: authors and dates are the test's, so that ids are the same everywhere."""

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str, author: str, when: str) -> str:
    """What Git says. ``when`` is an ISO 8601 time; nothing of this machine's settings takes part."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_DATE": when for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_NAME": author for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": f"{author.lower()}@example.com" for who in ("AUTHOR", "COMMITTER")},
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout
