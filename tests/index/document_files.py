"""Small Word, OpenDocument and EPUB files for tests, written by hand."""

import io
import zipfile

from index.models import Article, BlockKind

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def blocks(article: Article) -> list[tuple[BlockKind, str]]:
    """Return the kinds and the texts of an article's blocks."""
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def left_out(article: Article) -> dict[str, int]:
    """Return how many words were left out, by reason."""
    return {omission.reason: omission.words for omission in article.omitted}


def archive(members: dict[str, str | bytes]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def word(body: str, **parts: str) -> bytes:
    """Return a .docx file. `parts` are further parts by their name, such as footnotes."""
    members = {
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/document.xml": _part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": _relations({name: f"{name}.xml" for name in parts}),
    }
    members |= {f"word/{name}.xml": _part(name, content) for name, content in parts.items()}
    return archive(dict(members))


def _part(name: str, content: str) -> str:
    root = {"header": "hdr", "footer": "ftr"}.get(name, name)
    return f'<w:{root} xmlns:w="{_W}" xmlns:mc="{_MC}">{content}</w:{root}>'


def _relations(targets: dict[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="r{at}" Type="{_RELATIONS}/{name}" Target="{target}"/>'
        for at, (name, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_PACKAGE}">{inner}</Relationships>'


def p(*runs: str, style: str = "") -> str:
    """Return a paragraph of Word with runs, each a text or an element."""
    own = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{own}{''.join(run if run[:1] == '<' else r(run) for run in runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Return a run of Word."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def open_document(body: str, styles: str = "", **members: str) -> bytes:
    """Return an .odt file. `styles` are automatic ones."""
    names = {"office": "office", "text": "text", "table": "table", "style": "style"}
    names |= {"draw": "drawing", "fo": "xsl-fo-compatible", "meta": "meta"}
    declared = " ".join(f'xmlns:{k}="{_ODF}{v}:1.0"' for k, v in names.items())
    declared += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = (
        f"<office:document-content {declared}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    files = {name.replace("_", ".", 1): text for name, text in members.items()}
    return archive({"content.xml": content, **files})


def epub(*chapters: str, metadata: str = "", spine: str = "", **members: str) -> bytes:
    """Return an .epub file. The spine lists the chapters in reverse, unless it is given."""
    items = "".join(
        f'<item id="c{at}" href="text/c%20{at}.xhtml" media-type="application/xhtml+xml"/>'
        for at in range(len(chapters))
    )
    order = spine or "".join(f'<itemref idref="c{at}"/>' for at in reversed(range(len(chapters))))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' version="3.0"><metadata>{metadata}</metadata><manifest>{items}</manifest>'
        f"<spine>{order}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="EPUB/package.opf"/></rootfiles></container>'
    )
    pages = {
        f"EPUB/text/c {at}.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>x</title></head><body>{chapter}</body></html>"
        for at, chapter in enumerate(chapters)
    }
    files = {"META-INF/container.xml": container, "EPUB/package.opf": package, **pages}
    return archive({**files, **members})
