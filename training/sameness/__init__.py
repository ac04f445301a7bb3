"""Training of the model that says whether two sentences with different values state the same
thing."""
