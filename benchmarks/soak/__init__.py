"""Soak test: thousands of questions through the real client while Discord fails, as many faults as
in a day."""
