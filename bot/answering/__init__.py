"""The answering pipeline: from a question to an answer with citations or an abstention. Plain and
synchronous."""
