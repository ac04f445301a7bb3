"""Reading of articles, compared with other programs."""
