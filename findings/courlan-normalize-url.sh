#!/bin/sh
# courlan 1.4.0: normalize_url, without `strict`, changes which page a valid URL names. The query is
# read as HTML, so "&copy=2" becomes a copyright sign. "eid", which numbers the articles of some
# sites, counts as a tracker, and a query without "=" is dropped: different articles get one URL.
#
# Seen: ?id=1&copy=2 gives ?id=1%C2%A9%3D2; ?eid=123 and ?12345 are gone.
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet courlan==1.4.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys

from courlan import normalize_url

seen = {
    "https://news.example/story?id=1&copy=2": "https://news.example/story?id=1%C2%A9%3D2",
    "https://news.example/news?eid=123": "https://news.example/news",
    "https://news.example/?12345": "https://news.example/",
}
given = {url: normalize_url(url) for url in seen}
for url, normal in given.items():
    print(url, "->", normal)
sys.exit(0 if given == seen else 1)
PYTHON
