"""The pages in a real browser, if Chromium is installed."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.insights.conftest import BRIDGE, PERU, asked
from tests.web.conftest import Served

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
SCRIPT = "<script>document.title = 'taken over'</script><img src=/metrics>"


async def dumped(page: str, folder: Path) -> tuple[str, str]:
    """Return the document as the browser has it after loading, and the browser's log."""
    flags = [
        *("--headless", "--disable-gpu", "--no-first-run", "--enable-logging=stderr"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        f"--user-data-dir={folder}",
        "--dump-dom",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium has none for root
    assert CHROMIUM is not None
    browser = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *flags,
        page,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(120):
            document, log = await browser.communicate()
    finally:
        if browser.returncode is None:
            browser.kill()
            await browser.wait()
    return document.decode(errors="replace"), log.decode(errors="replace")


async def test_a_browser_shows_the_insights_and_runs_nothing_in_them(
    served: Served, tmp_path: Path
) -> None:
    texts = (BRIDGE[0], PERU, SCRIPT)
    await served.add(*(asked(text, name, answered=text != PERU) for text in texts for name in "ab"))
    page = f"http://127.0.0.1:{served.port}/insights"
    document, log = await dumped(page, tmp_path / "profile")
    assert "<title>Insights · dealbot</title>" in document
    assert BRIDGE[0] in document
    assert re.search(r"<svg[^>]*class=\"bar\"", document)
    assert "&lt;script&gt;" in document
    assert "<img" not in document
    assert "Refused to" not in log  # the page breaks no rule of its own policy
