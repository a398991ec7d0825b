"""Records what sacreBLEU 2.6.0 and rouge_score 0.1.2 say of a few texts: python recordOverlap.py > overlap.json"""

import json

from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF

PAIRS = [
    ("the cat sat on the mat", ["the cat sat on the mat"]),
    ("the cat is on the mat", ["the cat sat on the mat"]),
    ("a dog", ["the cat sat on the mat"]),
    ("the the the the", ["the cat is here", "there is the cat"]),
    (
        "It is a guide to action which ensures that the military always obeys the commands of the party.",
        [
            "It is a guide to action that ensures that the military will forever heed Party commands.",
            "It is the guiding principle which guarantees the military forces always being under the command of the Party.",
        ],
    ),
    ("Hello, world! It's 3.14 o'clock.", ["Hello world, it is 3.14 o'clock"]),
    ("cat", ["cat"]),
    ("Prices rose by 5% to $1,200.50 (approx.)", ["Prices rose 5% to $1,200.50, approximately."]),
    ("x", ["the cat"]),
    ("one two three four five six", ["six five four three two one"]),
    ("&quot;quoted&quot; text &amp; more", ['"quoted" text & more']),
    ("state-of-the-art 2020-21 model", ["a state-of-the-art model of 2020-2021"]),
    ("two\nlines of text", ["two lines of-\ntext", "lines"]),
    ("Die Katze saß auf der Matte", ["Die Katze sitzt auf der Matte."]),
]
bleu, chrf = BLEU(effective_order=True), CHRF()
rouge = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"])
rows = []
for output, references in PAIRS:
    best = {key: max(rouge.score(each, output)[key].fmeasure for each in references) for key in ("rouge1", "rouge2", "rougeL")}
    rows.append(
        {
            "output": output,
            "references": references,
            "bleu": round(bleu.sentence_score(output, references).score / 100, 6),
            "chrf": round(max(chrf.sentence_score(output, [each]).score for each in references) / 100, 6),
            **{key: round(value, 6) for key, value in best.items()},
        }
    )
print(json.dumps(rows, indent=2, ensure_ascii=False))
