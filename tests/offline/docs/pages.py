"""The documentation as data: its pages, their blocks of code, their headings and links."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
PAGES: Final = sorted(
    [
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
    ]
)
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING: Final = re.compile(r"^#+ +(.*)$", re.MULTILINE)
_LINK: Final = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line where it begins."""

    page: Path
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


def name(page: Path) -> str:
    """The page as it is called in a report."""
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    """All of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page in these languages, in their order."""
    written = text(page)
    found = (Block(page, b[1], b[2], written.count("\n", 0, b.start()) + 2) for b in _BLOCK.finditer(written))
    return [block for block in found if block.language in languages]


def section(page: Path, heading: str) -> tuple[int, int]:
    """The lines from a heading of the second level to the next."""
    lines = text(page).split("\n")
    first = lines.index(f"## {heading}")
    last = next((n for n in range(first + 1, len(lines)) if lines[n].startswith("## ")), len(lines))
    return first + 1, last


def anchors(page: Path) -> set[str]:
    """What a link can lead to within a page: each heading in lower case, without punctuation, hyphens for spaces."""
    without_code = _BLOCK.sub("", text(page))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(without_code)
    }


def links(page: Path) -> list[str]:
    """Where the links of a page lead to."""
    return _LINK.findall(_BLOCK.sub("", text(page)))
