#!/bin/sh
# dateparser 1.5.0: the quarters and halves of filings become one day, without a sign that the text
# names months. "Q1 2026" is a day in February, "H1 2026" a day in January, and the same half
# written "1H 2026" is the time one hour ago. The first two take the day of the month of the moment
# they count from.
#
# Seen, counted from 3 May 2026, 12:00: 2026-02-03, 2026-01-03 and 2026-05-03 11:00.
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dateparser==1.5.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from datetime import datetime

import dateparser

settings = {"RELATIVE_BASE": datetime(2026, 5, 3, 12)}
seen = {
    "Q1 2026": datetime(2026, 2, 3),
    "H1 2026": datetime(2026, 1, 3),
    "1H 2026": datetime(2026, 5, 3, 11),
}
given = {text: dateparser.parse(text, languages=["en"], settings=settings) for text in seen}
for text, moment in given.items():
    print(text, "->", moment)
sys.exit(0 if given == seen else 1)
PYTHON
