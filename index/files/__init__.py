"""Write and read files so that a crash leaves the old or the new, whole."""
