#!/bin/sh
# striprtf 0.0.35: text that a tracked change deletes (\deleted) and hidden text (\v) stay in the
# line, so a withdrawn figure reads as valid, and the text of a footnote is lost.
#
# Seen: 'It paid $4 billion $5 billion in cash.draft'. With changes accepted, as Word shows it:
# "It paid $5 billion in cash." and the footnote "After tax."
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet striprtf==0.0.35
"$folder/venv/bin/python" - <<'PYTHON'
import sys

from striprtf.striprtf import rtf_to_text

document = (
    r"{\rtf1\ansi{\*\revtbl{Unknown;}{Ada Brill;}}\pard It paid {\deleted $4 billion }$5 billion"
    r"{\super\chftn}{\footnote\pard\plain{\super\chftn}After tax.} in cash.{\v draft}\par}"
)
text = rtf_to_text(document).strip()
print(repr(text))
sys.exit(0 if text == "It paid $4 billion $5 billion in cash.draft" else 1)
PYTHON
