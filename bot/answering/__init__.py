"""From a question to an answer with citations, or an abstention: plain and synchronous."""
