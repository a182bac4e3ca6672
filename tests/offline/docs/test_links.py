"""Links between pages lead somewhere, and so do the places in the code that pages name."""

import re
from pathlib import Path

import pytest

from tests.offline.docs.pages import PAGES, ROOT, anchors, links, name, text

_PLACE = re.compile(r"`((?:gatewayctl|tests|docs|examples|schemas)/[\w./-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page if not path else (page.parent / path).resolve()
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    named = _PLACE.findall(text(page))

    assert [place for place in named if not (ROOT / place).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link]

    assert [name(page) for page in PAGES if page not in reached] == []
