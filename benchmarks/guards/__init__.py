"""Takes each guard of the threat model away, and looks whether its test fails."""
