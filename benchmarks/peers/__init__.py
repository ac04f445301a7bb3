"""Other libraries at the same job: each set up as its documentation recommends, one protocol."""
