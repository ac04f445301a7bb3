"""Other libraries at the same task, each set up as its documentation recommends, behind one
protocol."""
