"""Batched reading of layouts with the torch module."""

from collections.abc import Iterator, Sequence

import torch

from bot.answering.judge.inputs import Layout, Task
from bot.answering.judge.model import Logits
from training.judge.examples import Example
from training.judge.net import JudgeNet, collate

_TOKENS_AT_ONCE = 6_000


class TorchReader:
    """Reader that yields the logits of each layout, in the order given."""

    def __init__(self, net: JudgeNet, *, half: bool = True) -> None:
        """Read with this net; `half` computes in bfloat16."""
        self._net, self._half = net, half

    def __call__(self, layouts: Sequence[Layout]) -> Iterator[tuple[Logits, Logits]]:
        order = sorted(range(len(layouts)), key=lambda i: len(layouts[i].ids))
        results: dict[int, tuple[Logits, Logits]] = {}
        group: list[int] = []
        for number in order:
            if (len(group) + 1) * len(layouts[number].ids) > _TOKENS_AT_ONCE and group:
                self._run(group, layouts, results)
                group = []
            group.append(number)
        if group:
            self._run(group, layouts, results)
        yield from (results[number] for number in range(len(layouts)))

    def _run(
        self,
        group: list[int],
        layouts: Sequence[Layout],
        results: dict[int, tuple[Logits, Logits]],
    ) -> None:
        unknown = [(_unlabelled(len(layouts[i].bounds)), layouts[i], (-1, -1)) for i in group]
        batch = collate(unknown)
        device = next(self._net.parameters()).device
        self._net.eval()
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, self._half):
            sentences, tokens = self._net(
                *(t.to(device) for t in (batch.ids, batch.mask, batch.types, batch.averaging))
            )
        for row, number in enumerate(group):
            layout = layouts[number]
            results[number] = (
                sentences[row, : len(layout.bounds)].float().cpu().numpy(),
                tokens[row, : len(layout.ids)].float().cpu().numpy(),
            )


def _unlabelled(count: int) -> Example:
    return Example("", Task.QUESTION, "", "", ("",) * count, (0,) * count)
