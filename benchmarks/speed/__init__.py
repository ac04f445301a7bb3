"""Speed and size of dealbot and its peers: every system in a process of its own, all measured in
turn within one run."""
