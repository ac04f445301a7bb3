#!/bin/sh
# pypdfium2 5.15.2 (PDFium): FPDFText_HasUnicodeMapError answers 1, "invalid Unicode mapping", for
# each character of a Type 3 font whose /Encoding names its glyphs A and B. PDFium itself maps them
# rightly by these names, and gives the text "AB". matplotlib writes such fonts. As a test for
# fonts that do not say which letters they show, the function refuses good files.
#
# Seen: text 'AB', answers [1, 1]; with Helvetica in place of the Type 3 font 'AB', [0, 0].
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pypdfium2==5.15.2
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pypdfium2
import pypdfium2.raw as raw


def stream(content):
    return b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)


def pdf(font):
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        stream(b"BT /F 24 Tf 20 200 Td (AB) Tj ET"),
        font,
        stream(b"600 0 d0 0 0 500 700 re f"),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer


def look(font):
    page = pypdfium2.PdfDocument(pdf(font))[0].get_textpage()
    count = raw.FPDFText_CountChars(page.raw)
    answers = [raw.FPDFText_HasUnicodeMapError(page.raw, at) for at in range(count)]
    return page.get_text_range(), answers


type3 = (
    b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]"
    b"/CharProcs<</A 6 0 R/B 6 0 R>>/Encoding<</Type/Encoding/Differences[65/A/B]>>"
    b"/FirstChar 65/LastChar 66/Widths[600 600]/Resources<<>>>>"
)
found = look(type3), look(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
print("Type 3:", *found[0], "| Helvetica:", *found[1])
sys.exit(0 if found == (("AB", [1, 1]), ("AB", [0, 0])) else 1)
PYTHON
