"""Training loop: seeded, resumable, on a GPU if there is one."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from bot.answering.judge.inputs import InputEncoder, Layout, TextTokens
from training.judge.examples import Example
from training.judge.net import Batch, Item, JudgeNet, collate, loss_of

_SAVED_EVERY_S = 300


@dataclass(frozen=True)
class Recipe:
    """Settings of a training of the judge."""

    seed: int = 1
    tokens_a_batch: int = 3_072
    body_rate: float = 1.2e-4
    head_rate: float = 6e-4
    warm_up: float = 0.04  # share of all steps
    weight_decay: float = 0.01


class LaidOut:
    """Examples in the layout that the judge reads; sentences and titles are tokenized once."""

    def __init__(self, encoder: InputEncoder) -> None:
        self._encoder, self._tokens = encoder, cache(encoder.tokens)

    def items(self, examples: Sequence[Example]) -> list[Item]:
        return [self._item(example) for example in examples]

    def _item(self, example: Example) -> Item:
        sentences = [self._tokens(sentence) for sentence in example.sentences]
        layout = self._encoder.layout(
            example.task, self._encoder.tokens(example.text), self._tokens(example.title), sentences
        )
        return example, layout, self._span(example, layout, sentences)

    def _span(
        self, example: Example, layout: Layout, sentences: Sequence[TextTokens]
    ) -> tuple[int, int]:
        """Return the first and last token of the short answer; (-1, -1) if it is missing or was
        cut."""
        span = example.span
        if span is None:
            return -1, -1
        first, end = layout.bounds[span.sentence]
        offsets = sentences[span.sentence].offsets[: end - first]
        inside = [i for i, (a, b) in enumerate(offsets) if a < span.end and b > span.start]
        if not inside or offsets[inside[-1]][1] < span.end:  # cut at the limit
            return -1, -1
        return first + inside[0], first + inside[-1]


def batches(laid_out: LaidOut, examples: Sequence[Example], recipe: Recipe) -> list[list[Item]]:
    """Return batches of about as many tokens each, of inputs of similar length, in random order."""
    chance = random.Random(recipe.seed)
    items = laid_out.items(examples)
    chance.shuffle(items)
    items.sort(key=lambda item: len(item[1].ids) // 8)
    made: list[list[Item]] = [[]]
    for item in items:
        longest = max(len(item[1].ids), *(len(i[1].ids) for i in made[-1]), 1)
        if made[-1] and longest * (len(made[-1]) + 1) > recipe.tokens_a_batch:
            made.append([])
        made[-1].append(item)
    chance.shuffle(made)
    return made


def fit(
    net: JudgeNet,
    epochs: Sequence[Callable[[], Sequence[Example]]],
    encoder: InputEncoder,
    recipe: Recipe,
    checkpoint: Path,
    *,
    say: Callable[[str], None] = print,
) -> None:
    """Train on each epoch's examples in turn. Write a checkpoint every five minutes and at the end;
    a run with the same recipe resumes from it."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # 16 bits are many times slower than 32 on a CPU without instructions for them.
    fast = device.type != "cpu" or torch.backends.cpu.get_cpu_capability() == "AVX512"
    torch.manual_seed(recipe.seed)
    net.to(device).train()
    laid_out = LaidOut(encoder)
    plan = [items for examples in epochs for items in batches(laid_out, examples(), recipe)]
    total = len(plan)  # the learning rate falls to zero over all of them
    heads = (net.hidden, net.sentence, net.token)
    optimizer, schedule = optimizer_of(net.body, heads, recipe, total)
    done = _resume(checkpoint, net, optimizer, schedule, recipe)
    started = saved = time.monotonic()
    running, seen = 0.0, 0
    for step, items in enumerate(plan[done:], done):
        batch = _moved(collate(items), device)
        with torch.autocast(device.type, torch.bfloat16, enabled=fast):
            loss = loss_of(net, batch)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without types
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        running, seen = running + loss.item(), seen + 1
        if step % 50 == 0:
            rate = (step + 1 - done) / (time.monotonic() - started)
            left = (total - step) / max(rate, 1e-9) / 60
            say(f"step {step}/{total}, loss {running / seen:.4f}, {left:.0f} minutes left")
            running, seen = 0.0, 0
        if time.monotonic() - saved > _SAVED_EVERY_S:
            saved = time.monotonic()
            _save(checkpoint, net, optimizer, schedule, recipe, step + 1)
    _save(checkpoint, net, optimizer, schedule, recipe, total)


def optimizer_of(
    body: nn.Module, heads: Sequence[nn.Module], recipe: Recipe, total: int
) -> tuple[torch.optim.Optimizer, LambdaLR]:
    """Return the optimizer of a body and its heads, and the learning rate over `total` steps: it
    rises, then falls to zero."""
    moving = [p for p in body.parameters() if p.requires_grad]
    new = [p for module in heads for p in module.parameters()]
    groups = [{"params": moving, "lr": recipe.body_rate}, {"params": new, "lr": recipe.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
    warm = max(1, int(recipe.warm_up * total))

    def share(step: int) -> float:
        return (step + 1) / warm if step < warm else max(0.0, (total - step) / max(1, total - warm))

    return optimizer, LambdaLR(optimizer, share)


def _moved(batch: Batch, device: torch.device) -> Batch:
    if device.type == "cpu":
        return batch
    return Batch(**{name: getattr(batch, name).to(device) for name in Batch.__dataclass_fields__})


def _save(
    path: Path,
    net: JudgeNet,
    optimizer: torch.optim.Optimizer,
    schedule: LambdaLR,
    recipe: Recipe,
    step: int,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(
        {
            "net": net.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "recipe": asdict(recipe),
            "step": step,
        },
        beside,
    )
    beside.replace(path)


def _resume(
    path: Path,
    net: JudgeNet,
    optimizer: torch.optim.Optimizer,
    schedule: LambdaLR,
    recipe: Recipe,
) -> int:
    """Load the checkpoint and return the number of steps done before; 0 for a new run. Raises
    ValueError if another recipe made it."""
    if not path.exists():
        return 0
    stored = torch.load(path, weights_only=True)
    if stored["recipe"] != asdict(recipe):
        raise ValueError(f"{path} was made by another recipe: remove it to start afresh")
    net.load_state_dict(stored["net"])
    optimizer.load_state_dict(stored["optimizer"])
    schedule.load_state_dict(stored["schedule"])
    return int(stored["step"])


def limited(examples: Iterator[Example], encoder: InputEncoder, tokens: int) -> list[Example]:
    """Return the first examples that add up to about so many tokens: equal work for compared
    shapes."""
    laid_out, kept, total = LaidOut(encoder), [], 0
    for example in examples:
        total += len(laid_out.items([example])[0][1].ids)
        kept.append(example)
        if total >= tokens:
            break
    return kept
