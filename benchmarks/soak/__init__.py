"""A day's worth of faults: thousands of questions through the real client while Discord fails."""
