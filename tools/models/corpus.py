"""Reads the training text, keeps benchmark rows out of it, and trains the shared tokenizer."""

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 8192
SPECIAL = ["<|endoftext|>", "<pad>", "<mask>", "<s>", "</s>", "<unk>"]

# Label words that must be one token each: after text (leading space) and, for templates that start
# with the mask, at the start of the text.
AFTER_TEXT = """terrible bad okay good great awful horrible poor boring mediocre wonderful excellent amazing
brilliant fantastic negative positive world sports business technology tech politics entertainment science
health World Sports Business Tech Technology Politics Entertainment Science billing shipping account
urgent neutral happy sad angry yes no true false spam""".split()
AT_START = ["World", "Sports", "Business", "Tech", "Technology", "Science", "Great", "Terrible"]


@dataclass
class Corpus:
    reviews: list[str]
    rated: list[tuple[int, str]]
    topics: list[tuple[str, str]]
    news: list[str]
    mixed: list[str]

    def plain(self) -> dict[str, list[str]]:
        return {
            "reviews": self.reviews,
            "articles": [text for _, text in self.topics],
            "news": self.news,
            "mixed": self.mixed,
        }


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def benchmark_ngrams(folder: Path, n: int = 10) -> set[tuple[str, ...]]:
    """Every run of n words in any row of the held-out benchmark files."""
    grams: set[tuple[str, ...]] = set()
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                for field in row:
                    tokens = words(field)
                    grams.update(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
    return grams


def overlaps(text: str, grams: set[tuple[str, ...]], n: int = 10) -> bool:
    tokens = words(text)
    return any(tuple(tokens[i : i + n]) in grams for i in range(len(tokens) - n + 1))


def read_corpus(folder: Path, held_out: Path) -> Corpus:
    """Reads the corpus files (see README.md here) without any document that shares ten words in a row with a benchmark row."""
    grams = benchmark_ngrams(held_out)
    dropped: dict[str, int] = {}

    def lines(name: str) -> Iterator[str]:
        dropped[name] = 0
        with (folder / name).open(encoding="utf-8") as file:
            for line in file:
                line = line.rstrip("\n")
                if overlaps(line, grams):
                    dropped[name] += 1
                elif line:
                    yield line

    def pairs(name: str) -> list[tuple[str, str]]:
        return [tuple(line.split("\t", 1)) for line in lines(name)]

    corpus = Corpus(
        reviews=list(lines("imdb.txt")),
        rated=[(int(rating), text) for rating, text in pairs("imdb-rated.tsv")],
        topics=pairs("bbc-topics.tsv"),
        news=list(lines("reuters.txt")),
        # One book-length line is cut up so that documents stay comparable.
        mixed=[part for line in lines("mixed.txt") for part in cut(line, 4000)],
    )
    print("dropped for overlap with the benchmarks:", dropped, flush=True)
    return corpus


def cut(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


SENTENCE = re.compile(r"(?<=[.!?])[\"')]*\s+(?=[\"'(]*[A-Z0-9])")


def sentences(text: str) -> list[str]:
    text = re.sub(r"<br\s*/?>", " ", text)
    return [part.strip() for part in SENTENCE.split(text) if part.strip()]


def treebank(text: str) -> str:
    """The lower-cased, spaced-out style of treebank text (`it 's n't bad , really .`)."""
    text = text.lower()
    text = re.sub(r"n't\b", " n't", text)
    text = re.sub(r"'(s|re|ve|ll|d|m)\b", r" '\1", text)
    text = text.replace("(", " -lrb- ").replace(")", " -rrb- ")
    text = re.sub(r"\.\.\.+", " ... ", text)
    text = re.sub(r"([,;:!?\"`])", r" \1 ", text)
    text = re.sub(r"\.(?=\s|$)", " . ", text)
    return re.sub(r"\s+", " ", text).strip()


def base_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train_tokenizer(corpus: Corpus, rng: random.Random) -> Tokenizer:
    """Byte-level BPE of 8,192 over a sample of every source; both models share it."""
    texts: list[str] = []
    for name, share in (("reviews", 12000), ("articles", 2225), ("news", 8000), ("mixed", 40000)):
        source = corpus.plain()[name]
        texts += rng.sample(source, min(share, len(source)))
    texts += [treebank(text) for text in rng.sample(corpus.reviews, 6000)]
    # A word seen this often is merged to one token whatever the sample held.
    texts += [f"a {word} b" for word in AFTER_TEXT for _ in range(3000)]
    texts += [word for word in AT_START for _ in range(3000)]
    tokenizer = base_tokenizer()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    for word in [" " + word for word in AFTER_TEXT] + AT_START:
        if len(tokenizer.encode(word).ids) != 1:
            raise SystemExit(f"the tokenizer splits the label word {word!r}")
    return tokenizer
