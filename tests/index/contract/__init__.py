"""Contract of every store of generations, checked against the articles themselves."""
