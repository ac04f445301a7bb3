"""The systems under test by name; nothing of them is imported here."""

RETRIEVAL, ANSWERS = "dealbot, retrieval", "dealbot, answers"
BARE, ENCODER_ALONE = "bare limit", "sentence-transformers alone"

# Each system's module in this package and its class there; the peers have theirs in `peers.run`.
SYSTEMS = {
    RETRIEVAL: ("ours", "Retrieval"),
    ANSWERS: ("ours", "Answers"),
    BARE: ("bare", "Bare"),
    ENCODER_ALONE: ("peer", "EncoderAlone"),
}
OURS = (RETRIEVAL, ANSWERS)
IN_PEERS_ENVIRONMENT = (ENCODER_ALONE,)  # and all peers
