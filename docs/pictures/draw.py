"""Draws the pictures of the bot beside this file: what it really sends, shown by a real browser.

Run from the project's root: make pictures. With --phone or --light the pictures go to the build
folder: they are to look at, not for the docs. Needs node with npm, chromium and, to look as usual,
the fonts Noto Sans and Noto Color Emoji; on Debian:
apt install nodejs npm chromium fonts-noto-core fonts-noto-color-emoji
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from docs.pictures.scenes import Scene, play

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build/pictures"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",  # in containers there is none; the page is ours and may load nothing
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
    "--force-device-scale-factor=2",
    "--default-background-color=00000000",
)
_WIDE, _PHONE = 640, 400  # CSS pixels
_PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<style>{style} body {{ width: {width}px }}</style></head><body></body>
<script type="application/json" id="scene">{scene}</script>
<script>{script}</script></html>
"""


@dataclass(frozen=True, slots=True)
class Look:
    """Width of the page in CSS pixels, and its theme."""

    width: int = _WIDE
    theme: str = "dark"

    @property
    def folder(self) -> Path:
        """Folder of the pictures: this one for those that the docs show."""
        return HERE if self == Look() else BUILD / f"{self.theme}-{self.width}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures of the bot.")
    parser.add_argument("--phone", action="store_true", help="as narrow as a phone")
    parser.add_argument("--light", action="store_true", help="in the light theme")
    given = parser.parse_args()
    look = Look(_PHONE if given.phone else _WIDE, "light" if given.light else "dark")
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser: install one of {', '.join(_BROWSERS)}")
    scenes = play(ROOT / "articles", _tell)
    script = _bundled()
    for scene in scenes:
        look.folder.mkdir(parents=True, exist_ok=True)
        picture = look.folder / f"{scene.name}.png"
        _draw(browser, _page(scene, script, look), picture, look)
        _tell(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} kB")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _bundled() -> str:
    """The components and the page's own script as one, from the build folder's packages."""
    packages = BUILD / "node_modules"
    made = subprocess.run(
        [
            packages / ".bin/esbuild",
            HERE / "page.js",
            *("--bundle", "--minify", "--format=iife", "--charset=ascii", "--log-level=warning"),
        ],
        env=os.environ | {"NODE_PATH": str(packages)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return made.stdout.replace("</script", r"<\/script")


def _page(scene: Scene, script: str, look: Look) -> str:
    data = json.dumps(asdict(scene)).replace("<", r"\u003c")
    style = (HERE / "page.css").read_text()
    return _PAGE.format(style=style, scene=data, script=script, theme=look.theme, width=look.width)


def _draw(browser: str, page: str, picture: Path, look: Look) -> None:
    source, shot = BUILD / f"{picture.stem}.html", BUILD / picture.name
    source.write_text(page)
    shot.unlink(missing_ok=True)
    done = subprocess.run(
        [
            browser,
            *_FLAGS,
            f"--window-size={look.width},4000",
            f"--user-data-dir={BUILD / 'browser'}",
            f"--screenshot={shot}",
            source.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    image = Image.open(shot).convert("RGBA") if shot.exists() else None
    shown = image.getbbox() if image else None  # all else is transparent
    if image is None or shown is None:
        sys.exit(f"{picture.stem}: the browser showed nothing\n{done.stderr}")
    if shown[3] == image.height:
        sys.exit(f"{picture.stem}: higher than the window")
    cropped = image.crop(shown).convert("RGB")
    # A third of the size. So the surfaces keep their colour, and no pixel is 7 shades off.
    few = cropped.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


if __name__ == "__main__":
    main()
