"""Read and write the files of a generation: texts, words, vectors, BM25 tables."""
