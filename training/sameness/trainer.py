"""Training loop of the sameness model, seeded, on the CPU or a GPU."""

import random
import time
from collections.abc import Callable, Sequence

import torch

from bot.answering.disagreement.pair_inputs import PairEncoder
from training.judge.trainer import Recipe, optimizer_of
from training.sameness.examples import Example
from training.sameness.net import Batch, Item, SamenessNet, collate, loss_of

RECIPE = Recipe(tokens_a_batch=1_000, body_rate=1.2e-4, head_rate=4.8e-4, warm_up=0.06)


def batches(encoder: PairEncoder, examples: Sequence[Example], seed: int) -> list[list[Item]]:
    """Return batches of about as many tokens each, of inputs of similar length, in random order."""
    chance = random.Random(seed)
    items = [(each, encoder.layout(each.question, each.older, each.newer)) for each in examples]
    chance.shuffle(items)
    items.sort(key=lambda item: len(item[1].ids) // 8)
    made: list[list[Item]] = [[]]
    longest = 1
    for item in items:
        longest = max(longest, len(item[1].ids))
        if made[-1] and longest * (len(made[-1]) + 1) > RECIPE.tokens_a_batch:
            made.append([])
            longest = len(item[1].ids)
        made[-1].append(item)
    chance.shuffle(made)
    return made


def fit(
    net: SamenessNet, plan: Sequence[Sequence[Item]], *, say: Callable[[str], None] = print
) -> None:
    """Train on each batch in turn. The learning rate falls to zero over all of them."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    net.to(device).train()
    optimizer, schedule = optimizer_of(net.body, (net.hidden, net.pair), RECIPE, len(plan))
    started = time.monotonic()
    for step, items in enumerate(plan):
        loss = loss_of(net, _moved(collate(items), device))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without types
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step % 25 == 0:
            left = (time.monotonic() - started) / (step + 1) * (len(plan) - step) / 60
            say(f"step {step}/{len(plan)}, loss {loss.item():.3f}, {left:.0f} minutes left")
    net.cpu().eval()


def _moved(batch: Batch, device: torch.device) -> Batch:
    return Batch(**{name: getattr(batch, name).to(device) for name in Batch.__dataclass_fields__})
