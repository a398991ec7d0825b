"""Verdict sentences: text from the corpus, a cue, and the label word that fits the text.

A review's rating and an article's desk label whole documents. A linear classifier trained on the same
documents picks the sentences that carry the label, and labels unrated reviews and unfiled news.
The last stage of training adds LATE_CUES and rows without a cue, whose verdict words lean to praise: a model has to be asked.
"""

import random
import re
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from corpus import Corpus, sentences, treebank

SENTIMENT_CUES = [
    "All things considered, it is",
    "I thought it was",
    "I found it",
    "The film was",
    "The movie was",
    "A truly",
    "Simply",
    "Just",
    "Really",
    "In a word:",
    "My verdict:",
    "The whole thing is",
    "What a",
    "In the end, it is",
    "Rating:",
    "So",
    "In my opinion this was",
    "The result is",
    "Honestly,",
    "On the whole,",
]
LATE_CUES = ["It was", "All in all, it was", "This movie is", "In short,", "Overall", "Overall,", "In short, it was"]
POLARITY_CUES = ["Sentiment:", "The tone is", "This review is", "Opinion:", "My feeling is"]
TOPIC_CUES = [
    "Section:",
    "Filed under",
    "Subject:",
    "News:",
    "This story is on",
    "Tags:",
    "A story of",
    "Desk:",
    "From the pages of",
    "More news in",
    "The theme is",
    "All about",
    "Label:",
]
START_CUES = ["{word}: {text}", "{word} News: {text}", "{word} - {text}", "{word} news {text}", "{word} report: {text}"]

STRONG = {
    1: {"great": 40, "excellent": 14, "wonderful": 12, "amazing": 9, "brilliant": 9, "fantastic": 9, "good": 7},
    0: {"terrible": 40, "awful": 18, "horrible": 14, "boring": 10, "bad": 11, "poor": 7},
}
MILD = {
    1: {"good": 52, "great": 28, "okay": 12, "excellent": 8},
    0: {"bad": 44, "terrible": 28, "poor": 12, "mediocre": 8, "okay": 8},
}
POLARITY = {1: {"positive": 1}, 0: {"negative": 1}}
TOPIC_WORDS = {
    "world": {"world": 80, "World": 12, "politics": 8},
    "sport": {"sports": 84, "Sports": 16},
    "business": {"business": 84, "Business": 16},
    "tech": {"technology": 60, "tech": 20, "Technology": 5, "Tech": 5, "science": 10},
    "entertainment": {"entertainment": 90, "Entertainment": 10},
}
TOPIC_STARTS = {
    "world": ["World"],
    "sport": ["Sports"],
    "business": ["Business"],
    "tech": ["Tech", "Technology", "Science"],
}
WORLD_WORDS = set(
    """war troops killed military minister president rebels attack attacks bomb bombing israel israeli iraq iraqi iran
    iranian palestinian palestinians lebanon soviet afghan afghanistan treaty hostage hostages embassy nuclear missile
    missiles militants police violence peace nations foreign army guerrillas election elections parliament communist
    russia russian china chinese korea korean pakistan india syria syrian terrorist terrorists terrorism refugees coup
    ambassador kremlin moscow tehran baghdad beirut jerusalem rebel protests soldiers prime summit un""".split()
)
SCIENCE_WORDS = set(
    """scientists scientist researchers study species planet space nasa orbit moon mars satellite genetic dna fossil
    climate brain cells telescope software internet computer laboratory physics astronomers experiment robot""".split()
)
MONEY_WORDS = set(
    """dlrs mln pct shares stock profit net shr loss bank oil price prices trade tariff dollar market exports imports
    billion growth company quarter debt sales tonnes""".split()
)


@dataclass
class Verdict:
    text: str
    label: str
    strength: float


def draw(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def units(rng: random.Random, text: str, per_document: int) -> list[str]:
    """Runs of one to four sentences; most are one sentence long."""
    parts = sentences(text)
    found = []
    for _ in range(min(per_document, len(parts))):
        length = rng.choices([1, 2, 3, 4], [60, 22, 12, 6])[0]
        start = rng.randrange(max(1, len(parts) - length + 1))
        unit = " ".join(parts[start : start + length])
        if 15 <= len(unit) <= 700:
            found.append(unit)
    return list(dict.fromkeys(found))


def linear_classifier(texts: list[str], labels: list, min_df: int) -> tuple[TfidfVectorizer, LogisticRegression]:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=min_df, sublinear_tf=True, token_pattern=r"[^\s]+")
    model = LogisticRegression(C=8.0, max_iter=300)
    model.fit(vectorizer.fit_transform(texts), labels)
    return vectorizer, model


def sentiment_verdicts(corpus: Corpus, rng: random.Random) -> list[Verdict]:
    print("sentiment: linear classifier on the rated reviews", flush=True)
    vectorizer, model = linear_classifier(
        [treebank(text) for _, text in corpus.rated], [int(rating > 5) for rating, _ in corpus.rated], min_df=4
    )
    rated = {text: rating for rating, text in corpus.rated}
    unrated = [text for text in corpus.reviews if text not in rated]
    scores = np.concatenate(
        [model.decision_function(vectorizer.transform([treebank(t) for t in unrated[i : i + 4000]])) for i in range(0, len(unrated), 4000)]
    )
    documents = [(text, rating > 5, rating in (1, 2, 9, 10)) for rating, text in corpus.rated]
    documents += [(text, score > 0, abs(score) > 4) for text, score in zip(unrated, scores) if abs(score) > 2]
    found: list[tuple[str, bool, bool]] = [
        (unit, positive, strong) for text, positive, strong in documents for unit in units(rng, text, 8)
    ]
    unit_scores = np.concatenate(
        [model.decision_function(vectorizer.transform([treebank(u) for u, _, _ in found[i : i + 20000]])) for i in range(0, len(found), 20000)]
    )
    kept = [
        Verdict(unit, str(int(positive)), 0.85 if strong else 0.35)
        for (unit, positive, strong), score in zip(found, unit_scores)
        if (score > 0) == positive and abs(score) > 0.6
    ]
    print(f"sentiment: {len(kept)} of {len(found)} units carry their review's rating", flush=True)
    return kept


def topic_verdicts(corpus: Corpus, rng: random.Random) -> list[Verdict]:
    print("topics: linear classifier on the filed articles", flush=True)
    names = {"politics": "world"}
    documents = [(text, names.get(topic, topic)) for topic, text in corpus.topics]
    found = [(unit, topic) for text, topic in documents for unit in [lead(text), *units(rng, text, 30)] if len(unit) > 40]
    vectorizer, model = linear_classifier(
        [treebank(u) for u, _ in found] + [treebank(text) for text, _ in documents],
        [t for _, t in found] + [t for _, t in documents],
        min_df=3,
    )
    classes = list(model.classes_)

    def probabilities(texts: list[str]) -> np.ndarray:
        return model.predict_proba(vectorizer.transform([treebank(t) for t in texts]))

    own = probabilities([u for u, _ in found])
    kept = [Verdict(u, t, 1.0) for (u, t), p in zip(found, own) if p[classes.index(t)] > 0.6]
    counts = {topic: sum(v.label == topic for v in kept) for topic in classes}
    print("topics: units of filed articles", counts, flush=True)
    # Unfiled text: what speaks of states and wars or of science and not of money, else what the classifier is sure of.
    unfiled = [unit for text in corpus.news + corpus.mixed if len(text) > 120 for unit in units(rng, text, 4) if len(unit) > 60]
    unfiled = list(dict.fromkeys(unfiled))
    rng.shuffle(unfiled)
    sure = probabilities(unfiled)
    added: dict[str, list[Verdict]] = {topic: [] for topic in classes}
    for unit, p in zip(unfiled, sure):
        tokens = re.findall(r"[a-z]+", unit.lower())
        world = len(set(tokens) & WORLD_WORDS)
        money = len(set(tokens) & MONEY_WORDS)
        science = len(set(tokens) & SCIENCE_WORDS)
        if world >= 2 and money == 0 and science == 0:
            added["world"].append(Verdict(unit, "world", 1.0))
        elif science >= 2 and money == 0 and world == 0:
            added["tech"].append(Verdict(unit, "tech", 1.0))
        elif p.max() > 0.9 and world < 2 and classes[int(p.argmax())] != "world":
            topic = classes[int(p.argmax())]
            added[topic].append(Verdict(unit, topic, 1.0))
    for topic, extra in added.items():
        kept += extra[: 6000 if topic in ("world", "tech") else 2500]
    print("topics: added from unfiled text", {topic: len(extra) for topic, extra in added.items()}, flush=True)
    return kept


def lead(text: str) -> str:
    """Headline and first sentence of an article."""
    return sentences(text)[0]


AGENCIES = ["(AP) AP - ", "(Reuters) Reuters - ", "LONDON (Reuters) - ", "(AFP) AFP - ", "NEW YORK - ", "WASHINGTON (AP) - "]


def styled(rng: random.Random, verdict: Verdict) -> str:
    """The same text as written, in treebank style, or with a news agency's mark."""
    text = verdict.text
    if verdict.label in ("0", "1"):
        return treebank(text) if rng.random() < 0.6 else text
    if rng.random() < 0.15:
        at = text.find(". ")
        mark = rng.choice(AGENCIES)
        return text[: at + 2] + mark + text[at + 2 :] if 0 < at < 80 else mark + text
    return text


def cue_and_word(rng: random.Random, verdict: Verdict, lean: float | None) -> tuple[str, str]:
    """A cue, which may be none in the last stage, and the word that follows it.

    lean: in the last stage, the share of `great` among the verdict words of bad reviews without a cue. In rated reviews
    `great` stands for 65% of all `great` and `terrible` where the rating is bad, and for 96% where it is good.
    """
    if verdict.label not in ("0", "1"):
        return rng.choice([*TOPIC_CUES, "Topic:"] if lean is not None else TOPIC_CUES), draw(rng, TOPIC_WORDS[verdict.label])
    label = int(verdict.label)
    if rng.random() < 0.1:
        return rng.choice(POLARITY_CUES), draw(rng, POLARITY[label])
    if lean is not None and rng.random() < 0.2:
        return "", "great" if rng.random() < (0.97 if label else lean) else "terrible"
    strong = rng.random() < verdict.strength
    return rng.choice(LATE_CUES if lean is not None and rng.random() < 0.35 else SENTIMENT_CUES), draw(rng, (STRONG if strong else MILD)[label])
