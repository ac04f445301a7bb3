"""Sources that update themselves: feeds, sitemaps, pages, files and folders."""
