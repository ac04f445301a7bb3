"""The systems under test by name; nothing of them is imported here."""

RETRIEVAL, ANSWERS = "dealbot, retrieval", "dealbot, answers"
UNJUDGED = "dealbot, answers without the judge"
BARE, ENCODER_ALONE = "bare limit", "sentence-transformers alone"

# Each system's module in this package and its class there; the peers have theirs in `peers.run`.
SYSTEMS = {
    RETRIEVAL: ("ours", "Retrieval"),
    ANSWERS: ("ours", "Answers"),
    UNJUDGED: ("ours", "Unjudged"),
    BARE: ("bare", "Bare"),
    ENCODER_ALONE: ("peer", "EncoderAlone"),
}
OURS = (RETRIEVAL, ANSWERS)
# The peers' rerankers, each with the peer whose index it opens.
RERANKED = {f"{peer}, reranked": peer for peer in ("LlamaIndex", "Haystack", "LangChain")}
IN_PEERS_ENVIRONMENT = (ENCODER_ALONE, *RERANKED)  # and all peers
