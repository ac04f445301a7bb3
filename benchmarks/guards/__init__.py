"""Check of the threat model's tests: removes each guard and expects its test to fail."""
