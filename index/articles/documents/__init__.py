"""PDF, Word, OpenDocument, RTF and EPUB documents."""
