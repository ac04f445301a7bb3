"""Commands of `dealbot`: each module reads its flags, calls the services, prints the result."""
