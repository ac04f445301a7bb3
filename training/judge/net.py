"""Judge as a torch module: MiniLM with a head for sentences and one for the short answer."""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import AutoModel

from bot.answering.judge.inputs import Layout, Task
from training.judge.examples import UNKNOWN, Example

ANSWERS, SUPPORTS, CONTRADICTS = 0, 1, 2  # columns of the sentence head
_NULL_SHARE = 0.5  # weight of the softmax over a window's sentences and "none of them"
_SPAN_SHARE = 0.4
_NEGATIVE = -1e4
# An example in its layout, with the first and last token of its short answer or (-1, -1).
Item = tuple[Example, Layout, tuple[int, int]]


class JudgeNet(nn.Module):
    """MiniLM with three logits per sentence (answers, supports, contradicts) and two per token
    (start and end of the short answer)."""

    def __init__(self, folder: str) -> None:
        """Load the sentence-transformers model in `folder` as the body, with new heads."""
        super().__init__()
        self.body = AutoModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager"
        )
        self.body.config.attention_probs_dropout_prob = 0.0
        for module in self.body.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # not needed for one or two epochs, and costs 7% of the speed
        width = self.body.config.hidden_size
        self.hidden = nn.Linear(2 * width, 256)
        self.sentence = nn.Linear(256, 3)
        self.token = nn.Linear(width, 2)
        # Frozen: rows of words that training never meets must stay consistent with the others.
        self.body.embeddings.word_embeddings.requires_grad_(False)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
        averaging: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return sentence logits (batch, sentences, 3) and span logits (batch, tokens, 2).
        `averaging` has the shape (batch, sentences, tokens)."""
        states = self.body(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        means = torch.bmm(averaging.to(states.dtype), states)
        first = states[:, :1].expand(-1, means.shape[1], -1)
        hidden = nn.functional.gelu(self.hidden(torch.cat([first, means], dim=-1)))
        return self.sentence(hidden), self.token(states)


@dataclass(frozen=True)
class Batch:
    """Padded inputs and targets of some examples."""

    ids: torch.Tensor
    mask: torch.Tensor
    types: torch.Tensor
    averaging: torch.Tensor
    labels: torch.Tensor  # (batch, sentences, 3): 1, 0, or -1 for unknown and padding
    spans: torch.Tensor  # (batch, 2): tokens where the short answer starts and ends, or -1
    span_mask: torch.Tensor  # (batch, tokens): the tokens of the sentence with the short answer


def collate(items: list[Item]) -> Batch:
    """Pad laid-out examples to one batch."""
    tokens = max(len(layout.ids) for _, layout, _ in items)
    most = max(len(layout.bounds) for _, layout, _ in items)
    shape = (len(items), tokens)
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    types = torch.zeros(shape, dtype=torch.long)
    averaging = torch.zeros(len(items), most, tokens)
    labels = torch.full((len(items), most, 3), UNKNOWN, dtype=torch.float)
    spans = torch.full((len(items), 2), -1, dtype=torch.long)
    span_mask = torch.zeros(shape, dtype=torch.bool)
    for row, (example, layout, span) in enumerate(items):
        length, count = len(layout.ids), len(layout.bounds)
        ids[row, :length] = torch.from_numpy(layout.ids)
        mask[row, :length] = 1
        types[row, :length] = torch.from_numpy(layout.types)
        averaging[row, :count, :length] = torch.from_numpy(layout.averaging())
        if example.task is Task.QUESTION:
            labels[row, :count, ANSWERS] = torch.tensor(example.labels, dtype=torch.float)
        else:
            labels[row, :count, SUPPORTS] = torch.tensor(example.labels, dtype=torch.float)
            labels[row, :count, CONTRADICTS] = torch.tensor(example.contradicts, dtype=torch.float)
        for number, (start, end) in enumerate(layout.bounds):
            if start == end:  # truncated
                labels[row, number] = UNKNOWN
        if span[0] >= 0 and example.span is not None:
            start, end = layout.bounds[example.span.sentence]
            spans[row] = torch.tensor(span)
            span_mask[row, start:end] = True
    return Batch(ids, mask, types, averaging, labels, spans, span_mask)


def loss_of(net: JudgeNet, batch: Batch) -> torch.Tensor:
    """Add three losses: binary cross-entropy on every sentence, half a softmax over a window's
    sentences and "none of them", and 0.4 of the cross-entropy of the short answer's first and last
    token."""
    sentences, tokens = net(batch.ids, batch.mask, batch.types, batch.averaging)
    sentences, tokens = sentences.float(), tokens.float()
    known = batch.labels != UNKNOWN
    each = nn.functional.binary_cross_entropy_with_logits(
        sentences, batch.labels.clamp(min=0), reduction="none"
    )
    loss = each[known].mean()
    loss = loss + _NULL_SHARE * _softmax_loss(sentences, batch.labels, known)
    if (batch.spans[:, 0] >= 0).any():
        loss = loss + _SPAN_SHARE * _span_loss(tokens, batch)
    return loss


def _softmax_loss(logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Compute, for each column, the softmax over each window's sentences and the logit 0 of
    "none"."""
    logits = logits.masked_fill(~known, _NEGATIVE)
    logits = torch.cat([logits, torch.zeros_like(logits[:, :1])], dim=1)
    right = (labels == 1) & known
    none = ~right.any(dim=1, keepdim=True)
    right = torch.cat([right, none], dim=1)
    rows = known.any(dim=1)
    chosen = torch.logsumexp(logits.masked_fill(~right, _NEGATIVE), dim=1)
    return (torch.logsumexp(logits, dim=1) - chosen)[rows].mean()


def _span_loss(tokens: torch.Tensor, batch: Batch) -> torch.Tensor:
    rows = batch.spans[:, 0] >= 0
    logits = tokens[rows].masked_fill(~batch.span_mask[rows].unsqueeze(-1), _NEGATIVE)
    losses = nn.functional.cross_entropy(logits, batch.spans[rows], reduction="none")
    return losses.mean()
