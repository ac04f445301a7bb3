"""Fault injection: crashes, power cuts and disk errors at every step of the operations that write
files."""
