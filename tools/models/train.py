"""Trains a bundled language model: plain text first, then verdict sentences mixed with plain text.

    python tools/models/train.py causal --corpus DIR --held-out DIR --work DIR
    python tools/models/train.py masked --corpus DIR --held-out DIR --work DIR   # starts from the causal embeddings

DIR of --corpus holds the unpacked text files, --held-out the benchmark rows that must stay out of it, --work the
intermediate files. The result is WORK/causal.pt or WORK/masked.pt; export.py turns it into the hub's layout.
"""

import argparse
import math
import pickle
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import GPT2Config, GPT2LMHeadModel, RobertaConfig, RobertaForMaskedLM

import corpus as corpora
import verdicts
from muon import Muon

CONTEXT = 256
END, PAD, MASK, START, STOP = 0, 1, 2, 3, 4
STEPS = {
    "causal": {"plain": 700, "verdict": 1600, "late": 500, "late_rate": 1e-3, "lean": 0.45},
    # The embeddings come from the causal model, so the masked one needs less.
    "masked": {"plain": 200, "verdict": 0, "late": 700, "late_rate": 1.5e-3, "lean": 0.36},
}
SHARES = {"reviews": 0.45, "articles": 0.15, "news": 0.12, "mixed": 0.28}


def causal_model() -> GPT2LMHeadModel:
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=corpora.VOCABULARY, n_positions=CONTEXT, n_embd=256, n_layer=4, n_head=4,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
            bos_token_id=END, eos_token_id=END, pad_token_id=PAD,
        )
    )  # fmt: skip


def masked_model() -> RobertaForMaskedLM:
    return RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=corpora.VOCABULARY, max_position_embeddings=CONTEXT + 2, hidden_size=256, num_hidden_layers=4,
            num_attention_heads=4, intermediate_size=1024, type_vocab_size=1,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
            bos_token_id=START, eos_token_id=STOP, pad_token_id=PAD,
        )
    )  # fmt: skip


class PlainText:
    """Token streams of the sources, cut into windows; the last 1% of each stream is for validation."""

    def __init__(self, corpus: corpora.Corpus, tokenizer: Tokenizer, cache: Path, seed: int):
        if not cache.exists():
            streams = {}
            for name, documents in corpus.plain().items():
                documents = random.Random(seed).sample(documents, len(documents))
                ids = [np.array([END, *e.ids], dtype=np.uint16) for e in tokenizer.encode_batch_fast(documents)]
                streams[name] = np.concatenate(ids)
            np.savez(cache, **streams)
        self.streams = dict(np.load(cache))
        print("tokens", {name: len(s) for name, s in self.streams.items()}, flush=True)

    def windows(self, rng: np.random.Generator, count: int, length: int, validation: bool = False) -> torch.Tensor:
        rows = []
        for name in rng.choice(list(SHARES), size=count, p=list(SHARES.values())):
            stream = self.streams[name]
            split = int(len(stream) * 0.99)
            low, high = (split, len(stream)) if validation else (0, split)
            at = rng.integers(low, high - length)
            rows.append(stream[at : at + length].astype(np.int64))
        return torch.from_numpy(np.stack(rows))


class VerdictText:
    """Batches of (ids, position of the verdict, id of the verdict word), rows of like length together."""

    def __init__(self, items: list[verdicts.Verdict], tokenizer: Tokenizer, masked: bool, lean: float | None, seed: int):
        self.rng = random.Random(seed)
        self.lean = lean
        self.tokenizer = tokenizer
        self.masked = masked
        self.by_label: dict[str, list[verdicts.Verdict]] = {}
        for item in items:
            self.by_label.setdefault(item.label, []).append(item)
        self.ready: list[list[tuple[list[int], int, int]]] = []

    def row(self) -> tuple[str, str, str]:
        """(text before the verdict, text after it, verdict word)"""
        topic = self.rng.random() < 0.35
        label = self.rng.choice(["world", "sport", "business", "tech"] * 3 + ["entertainment"] if topic else ["0", "1"])
        verdict = self.rng.choice(self.by_label[label])
        text = verdicts.styled(self.rng, verdict)
        if self.masked and topic and label != "entertainment" and self.rng.random() < 0.15:
            word = self.rng.choice(verdicts.TOPIC_STARTS[label])
            _, after = self.rng.choice(verdicts.START_CUES).split("{word}")
            return "", after.replace("{text}", text), word
        cue, word = verdicts.cue_and_word(self.rng, verdict, self.lean)
        end = "." if self.rng.random() < 0.3 else " ."
        return f"{text} {cue}".rstrip(), end, " " + word

    def refill(self) -> None:
        rows = [self.row() for _ in range(4096)]
        before = self.tokenizer.encode_batch_fast([r[0] for r in rows])
        after = self.tokenizer.encode_batch_fast([r[1] for r in rows])
        built = []
        for (_, _, word), left, right in zip(rows, before, after):
            target = self.tokenizer.encode(word).ids
            if len(target) != 1:
                raise SystemExit(f"verdict word {word!r} is not one token")
            if self.masked:
                left_ids = left.ids[-(CONTEXT - 20) :] if len(right.ids) < 12 else left.ids
                ids = [START, *left_ids, MASK, *right.ids][: CONTEXT - 1] + [STOP]
                built.append((ids, 1 + len(left_ids), target[0]))
            else:
                ids = left.ids[-CONTEXT:]
                built.append((ids, len(ids) - 1, target[0]))
        built.sort(key=lambda r: len(r[0]))
        batch: list[tuple[list[int], int, int]] = []
        for row in built:
            if batch and (len(batch) + 1) * len(row[0]) > 5120:
                self.ready.append(batch)
                batch = []
            batch.append(row)
        self.ready.append(batch)
        self.rng.shuffle(self.ready)

    def batch(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        if not self.ready:
            self.refill()
        rows = self.ready.pop()
        width = max(len(ids) for ids, _, _ in rows)
        ids = torch.tensor([r[0] + [PAD] * (width - len(r[0])) for r in rows])
        return ids, torch.tensor([r[1] for r in rows]), torch.tensor([r[2] for r in rows])


class Trainer:
    def __init__(self, model, masked: bool, seed: int):
        self.model = model
        self.masked = masked
        self.numpy = np.random.default_rng(seed)

    def hidden(self, ids: torch.Tensor) -> torch.Tensor:
        if self.masked:
            return self.model.roberta(ids, attention_mask=(ids != PAD).long()).last_hidden_state
        return self.model.transformer(ids).last_hidden_state  # padding stands behind every target: no mask needed

    def head(self, states: torch.Tensor) -> torch.Tensor:
        return self.model.lm_head(states)

    def plain_loss(self, ids: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy in nats, over all next tokens or over the 20% of tokens that are masked."""
        if not self.masked:
            # Every second position: the head is 40% of the work, and neighbors teach it much the same.
            first = int(self.numpy.integers(2))
            states = self.hidden(ids)[:, first:-1:2].reshape(-1, 256)
            return F.cross_entropy(self.head(states), ids[:, first + 1 :: 2].reshape(-1))
        ids = torch.cat([torch.full((len(ids), 1), START), ids[:, : CONTEXT - 2], torch.full((len(ids), 1), STOP)], 1)
        chosen = torch.from_numpy(self.numpy.random(ids.shape) < 0.2)
        chosen[:, 0] = chosen[:, -1] = False
        kind = torch.from_numpy(self.numpy.random(ids.shape))
        shown = torch.where(chosen & (kind < 0.85), MASK, ids)
        noise = torch.from_numpy(self.numpy.integers(6, corpora.VOCABULARY, ids.shape))
        shown = torch.where(chosen & (kind >= 0.95), noise, shown)
        return F.cross_entropy(self.head(self.hidden(shown)[chosen]), ids[chosen])

    def verdict_loss(self, batch) -> torch.Tensor:
        ids, at, target = batch
        states = self.hidden(ids)[torch.arange(len(ids)), at]
        return F.cross_entropy(self.head(states), target)

    @torch.no_grad()
    def validation(self, plain: PlainText) -> float:
        kept, self.numpy = self.numpy, np.random.default_rng(99)
        losses = [self.plain_loss(plain.windows(self.numpy, 32, 128, validation=True)).item() for _ in range(12)]
        self.numpy = kept
        return sum(losses) / len(losses)

    def optimizers(self, rate: float) -> list[torch.optim.Optimizer]:
        """Muon on the matrices of the blocks, AdamW on embeddings, norms and biases."""
        matrices, rest = [], []
        for name, p in self.model.named_parameters():
            (matrices if p.ndim == 2 and "embed" not in name and "wte" not in name and "wpe" not in name else rest).append(p)
        return [
            Muon(matrices, lr=rate),
            torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.0),
        ]

    def fit(self, steps: int, rate: float, loss_of, report, every: int = 100) -> None:
        optimizers = self.optimizers(rate)
        began = time.time()
        total: dict[str, list[float]] = {}
        for step in range(steps):
            scale = min(1.0, (step + 1) / 100) * (0.04 + 0.96 * 0.5 * (1 + math.cos(math.pi * step / steps)))
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = rate * scale
            name, loss = loss_of(step)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            total.setdefault(name, []).append(loss.item())
            if (step + 1) % every == 0:
                means = {n: round(sum(v) / len(v), 3) for n, v in total.items()}
                print(f"step {step + 1}/{steps} {means} {time.time() - began:.0f}s {report(step + 1)}", flush=True)
                total = {}


def prepare(args) -> tuple[corpora.Corpus, Tokenizer, list[verdicts.Verdict]]:
    """Corpus, tokenizer and verdict sentences, kept in the work folder so that both models share them."""
    args.work.mkdir(parents=True, exist_ok=True)
    text, words, said = (args.work / n for n in ("corpus.pkl", "tokenizer.json", "verdicts.pkl"))
    if not text.exists():
        corpus = corpora.read_corpus(args.corpus, args.held_out)
        corpora.train_tokenizer(corpus, random.Random(args.seed)).save(str(words))
        text.write_bytes(pickle.dumps(corpus))
    if not said.exists():
        corpus = pickle.loads(text.read_bytes())
        rng = random.Random(args.seed)
        items = verdicts.topic_verdicts(corpus, rng) + verdicts.sentiment_verdicts(corpus, rng)
        said.write_bytes(pickle.dumps(items))
    return pickle.loads(text.read_bytes()), Tokenizer.from_file(str(words)), pickle.loads(said.read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=["causal", "masked"])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    masked = args.model == "masked"
    torch.manual_seed(args.seed)
    corpus, tokenizer, items = prepare(args)
    plain = PlainText(corpus, tokenizer, args.work / "tokens.npz", args.seed)
    model = masked_model() if masked else causal_model()
    trainer = Trainer(model, masked, args.seed)
    if masked:
        source = torch.load(args.work / "causal.pt")
        with torch.no_grad():
            model.roberta.embeddings.word_embeddings.weight.copy_(source["transformer.wte.weight"])

    def plain_batch(step: int) -> torch.Tensor:
        long = step % 4 == 3
        return plain.windows(trainer.numpy, 16 if long else 32, CONTEXT if long else 128)

    def evaluate(step: int) -> str:
        return f"validation {trainer.validation(plain):.3f} nats" if step % 300 == 0 else ""

    def mixed(said: VerdictText):
        def loss(step: int) -> tuple[str, torch.Tensor]:
            if step % 4 == 0:
                return "plain", trainer.plain_loss(plain_batch(step // 4))
            return "verdict", trainer.verdict_loss(said.batch())

        return loss

    # Every stage leaves its weights in the work folder, and one that is there is not trained again.
    steps = STEPS[args.model]
    stages = [
        ("plain", steps["plain"], 3e-3, lambda step: ("plain", trainer.plain_loss(plain_batch(step)))),
        ("verdict", steps["verdict"], 1.5e-3, mixed(VerdictText(items, tokenizer, masked, None, args.seed))),
        ("late", steps["late"], steps["late_rate"], mixed(VerdictText(items, tokenizer, masked, steps["lean"], args.seed + 1))),
    ]
    for name, count, rate, loss in stages:
        path = args.work / f"{args.model}-{name}.pt"
        if path.exists():
            model.load_state_dict(torch.load(path))
        else:
            trainer.fit(count, rate, loss, evaluate)
            torch.save(model.state_dict(), path)
        print(f"after {name}: {trainer.validation(plain):.3f} nats a token", flush=True)
    weights = model.state_dict()
    if steps["verdict"] > 0:
        # Between the last two stages: as good with every cue, and less dead set on one without it.
        before = torch.load(args.work / f"{args.model}-verdict.pt")
        weights = {name: 0.3 * before[name] + 0.7 * value for name, value in weights.items()}
        model.load_state_dict(weights)
        print(f"after averaging: {trainer.validation(plain):.3f} nats a token", flush=True)
    torch.save(weights, args.work / f"{args.model}.pt")


if __name__ == "__main__":
    main()
