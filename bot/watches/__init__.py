"""Follow-ups of each new generation: watched questions, and notes on answers given before."""
