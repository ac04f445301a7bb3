"""How fast and how large dealbot is, beside its peers: every system in a process of its own, all of
them in turn within one run."""
