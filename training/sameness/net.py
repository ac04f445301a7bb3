"""The sameness model as a torch module: the body of MiniLM with a head that compares two
sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from bot.answering.disagreement.pair_inputs import PairLayout
from training.judge.net import JudgeNet
from training.sameness.examples import UNKNOWN, Example

SAME, REPLACES = 0, 1  # columns of the output
_REPLACES_SHARE = 0.3
_HIDDEN, _PARTS = 256, 5
Item = tuple[Example, PairLayout]


class SamenessNet(nn.Module):
    """MiniLM with two logits per pair: both state the same thing; the newer one reports a
    change."""

    def __init__(self, judge: JudgeNet, layers: int) -> None:
        """Take the first layers of the judge's body, with a new head."""
        super().__init__()
        self.body = judge.body
        self.body.encoder.layer = self.body.encoder.layer[:layers]
        width = self.body.config.hidden_size
        self.hidden = nn.Linear(_PARTS * width, _HIDDEN)
        self.pair = nn.Linear(_HIDDEN, 2)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
        averaging: torch.Tensor,
    ) -> torch.Tensor:
        """Return logits of shape (batch, 2). `averaging` has the shape (batch, 4, tokens)."""
        states = self.body(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        means = torch.bmm(averaging.to(states.dtype), states)
        older, newer, old_marker, new_marker = means.unbind(dim=1)
        parts = [
            states[:, 0],
            (older - newer).abs(),
            older * newer,
            (old_marker - new_marker).abs(),
            old_marker * new_marker,
        ]
        logits: torch.Tensor = self.pair(nn.functional.gelu(self.hidden(torch.cat(parts, dim=-1))))
        return logits


@dataclass(frozen=True)
class Batch:
    """Padded inputs and targets. `labels` has shape (batch, 2)."""

    ids: torch.Tensor
    mask: torch.Tensor
    types: torch.Tensor
    averaging: torch.Tensor
    labels: torch.Tensor


def collate(items: Sequence[Item]) -> Batch:
    """Pad laid-out examples to one batch."""
    tokens = max(len(layout.ids) for _, layout in items)
    shape = (len(items), tokens)
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    types, averaging = torch.zeros(shape, dtype=torch.long), torch.zeros(len(items), 4, tokens)
    labels = torch.zeros(len(items), 2)
    for row, (example, layout) in enumerate(items):
        length = len(layout.ids)
        ids[row, :length] = torch.from_numpy(layout.ids)
        mask[row, :length] = 1
        types[row, :length] = torch.from_numpy(layout.types)
        averaging[row, :, :length] = torch.from_numpy(layout.averaging)
        labels[row] = torch.tensor([example.same, example.replaces])
    return Batch(ids, mask, types, averaging, labels)


def loss_of(net: SamenessNet, batch: Batch) -> torch.Tensor:
    """Add the cross-entropy of both logits, where the answer is known."""
    logits = net(batch.ids, batch.mask, batch.types, batch.averaging).float()
    known = batch.labels != UNKNOWN
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, batch.labels.clamp(min=0), reduction="none"
    )
    loss = each[:, SAME].mean()
    if known[:, REPLACES].any():
        loss = loss + _REPLACES_SHARE * each[:, REPLACES][known[:, REPLACES]].mean()
    return loss
