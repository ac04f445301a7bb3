"""Names of the systems under test; no system is imported here."""

RETRIEVAL, ANSWERS = "dealbot, retrieval", "dealbot, answers"
UNJUDGED = "dealbot, answers without the judge"
BARE, ENCODER_ALONE = "bare limit", "sentence-transformers alone"

# Module in this package and class of each system; `peers.run` has those of the peers.
SYSTEMS = {
    RETRIEVAL: ("ours", "Retrieval"),
    ANSWERS: ("ours", "Answers"),
    UNJUDGED: ("ours", "Unjudged"),
    BARE: ("bare", "Bare"),
    ENCODER_ALONE: ("peer", "EncoderAlone"),
}
OURS = (RETRIEVAL, ANSWERS)
# Rerankers of peers, each with the peer whose index it opens.
RERANKED = {f"{peer}, reranked": peer for peer in ("LlamaIndex", "Haystack", "LangChain")}
IN_PEERS_ENVIRONMENT = (ENCODER_ALONE, *RERANKED)  # and all peers
