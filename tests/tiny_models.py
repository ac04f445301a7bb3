"""Small sentence-transformers models made here, which are adopted in seconds."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizer

QUERY_PROMPT, PASSAGE_PROMPT = "question: ", "text of the article: "


def make_tiny_models(root: Path) -> dict[str, Path]:
    """Make folders with two models: one pools CLS, one has prompts, mean pooling and 24
    dimensions."""
    bert = _bert(root / "bert")
    cls = SentenceTransformer(modules=[bert, Pooling(32, pooling_mode="cls")], device="cpu")
    cls.save(str(root / "tiny-cls"))
    dense = SentenceTransformer(
        modules=[bert, Pooling(32, pooling_mode="mean"), Dense(32, 24)],
        prompts={"query": QUERY_PROMPT, "passage": PASSAGE_PROMPT},
        device="cpu",
    )
    dense.save(str(root / "tiny-dense"))
    return {"cls": root / "tiny-cls", "dense": root / "tiny-dense"}


def _bert(folder: Path) -> Transformer:
    torch.manual_seed(7)
    words = (
        "the train leaves at nine why fog of harbour a text question article . ? : , ##s".split()
    )
    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        # large, since otherwise all vectors would be alike and prove nothing
        initializer_range=0.5,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    model: Transformer = Transformer(str(folder), max_seq_length=48)
    return model
