"""How long a test waits for an event before it fails. No test measures with it: only a test that
hangs reaches it, also on a slow and busy machine."""

HANG_S = 60.0
