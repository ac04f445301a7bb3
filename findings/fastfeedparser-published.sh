#!/bin/sh
# fastfeedparser 0.6.5: an Atom entry without <published>, which RFC 4287 allows, gets the date of
# <updated> as its `published`. A dc:date of "2024-01", a valid W3C date of a month, gets the day of
# the month on which the feed is read.
#
# Seen: published = 2026-11-04T10:00:00+00:00 for the entry; the day of the item follows today's.
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fastfeedparser==0.6.5
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import sys

import fastfeedparser

atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>urn:x:f</id>
<updated>2026-11-04T10:00:00Z</updated><entry><id>urn:x:1</id><title>A</title>
<updated>2026-11-04T10:00:00Z</updated><content>Words.</content></entry></feed>"""
rss = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<link>https://news.example/</link><description>News</description><item><title>A</title>
<dc:date>2024-01</dc:date></item></channel></rss>"""
updated = fastfeedparser.parse(atom).entries[0].get("published")
month = fastfeedparser.parse(rss).entries[0].get("published")
print("entry with only <updated>: published =", updated)
print("item with dc:date 2024-01: published =", month, "| today:", datetime.date.today())
today = min(datetime.date.today().day, 31)
same = updated == "2026-11-04T10:00:00+00:00" and str(month).startswith(f"2024-01-{today:02d}")
sys.exit(0 if same else 1)
PYTHON
