"""Held-out accuracy of a trained model with manual prompts, as the table of its model card. Nothing is chosen on it.

    python tools/models/evaluate.py causal --work DIR --held-out DIR
"""

import argparse
import csv
from pathlib import Path

import torch
from tokenizers import Tokenizer

from export import half
from train import CONTEXT, MASK, PAD, START, STOP, Trainer, causal_model, masked_model

TASKS = {
    "sst-2": (["terrible", "great"], ["", "It was", "All in all, it was", "Absolutely", "This movie is", "In short,", "Overall"]),
    "agnews": (["world", "sports", "business", "technology"], ["", "Topic:", "Category:", "This is about"]),
}


def rows(path: Path) -> list[tuple[str, int]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(reader)
        return [(row[0].strip(), int(row[1])) for row in reader if row]


@torch.no_grad()
def accuracy(trainer: Trainer, tokenizer: Tokenizer, data: list[tuple[str, int]], words: list[str], prompt: str) -> float:
    """`{input} {prompt}` on a causal model, `{input} {prompt} {mask} .` on a masked one; plain argmax over the label words."""
    labels = torch.tensor([tokenizer.encode(" " + word).ids[0] for word in words])
    behind = tokenizer.encode(" " + prompt).ids if prompt else []
    stop = tokenizer.encode(" .").ids
    encoded = []
    for (text, label), ids in zip(data, tokenizer.encode_batch([text for text, _ in data])):
        room = CONTEXT - len(behind) - 8
        body = ids.ids[-room:] + behind
        row = [START, *body, MASK, *stop, STOP] if trainer.masked else body
        encoded.append((row, len(body) + 1 if trainer.masked else len(body) - 1, label))
    encoded.sort(key=lambda e: len(e[0]))
    right = 0
    for i in range(0, len(encoded), 64):
        batch = encoded[i : i + 64]
        width = max(len(row) for row, _, _ in batch)
        ids = torch.tensor([row + [PAD] * (width - len(row)) for row, _, _ in batch])
        states = trainer.hidden(ids)[torch.arange(len(batch)), torch.tensor([at for _, at, _ in batch])]
        answers = trainer.head(states)[:, labels].argmax(1)
        right += int((answers == torch.tensor([label for _, _, label in batch])).sum())
    return right / len(data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=["causal", "masked"])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="default: WORK/MODEL.pt")
    args = parser.parse_args()
    masked = args.model == "masked"
    model = (masked_model() if masked else causal_model()).eval()
    model.load_state_dict(half(torch.load(args.weights or args.work / f"{args.model}.pt")))
    trainer = Trainer(model, masked, 0)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    print("| task (test rows) | prompt | accuracy |\n|---|---|---|")
    for task, (words, prompts) in TASKS.items():
        data = rows(args.held_out / task / "test.tsv")
        found = [accuracy(trainer, tokenizer, data, words, prompt) for prompt in prompts]
        for prompt, value in zip(prompts, found):
            print(f"| {task} ({len(data):,}) | {f'`{prompt}`' if prompt else 'none'} | {value:.3f} |")
        print(f"| **{task}, mean (lowest–highest)** | | **{sum(found) / len(found):.3f}** ({min(found):.3f}–{max(found):.3f}) |", flush=True)


if __name__ == "__main__":
    main()
