"""Writes test/models/chats/expected.json: what Python's `apply_chat_template` makes of chats, as text and as ids.

    python -m venv D && D/bin/pip install "transformers==5.24.0" "jinja2==3.1.6"
    D/bin/python tools/models/exports/chats.py
"""

import datetime
import json
from pathlib import Path
from unittest import mock

from transformers import PreTrainedTokenizerFast

MODELS = Path(__file__).parents[3] / "test" / "models"
CHATS = MODELS / "chats"
NOW = datetime.datetime(2026, 3, 5, 9, 7, 2)

say = lambda role, content: {"role": role, "content": content}
CONVERSATIONS = {
    "question": [say("user", "The film is great, the story is good.")],
    "system": [say("system", "Say great or terrible."), say("user", "A small film of the world.")],
    "spaces": [say("system", "  the good old story \n"), say("user", "\n  The plot is a mess,\tthe end is bad.  \n")],
    "examples": [
        say("system", "Judge the film"),
        say("user", "In short: terrible music."),
        say("assistant", " terrible\n"),
        say("user", "What a good story!"),
    ],
    "thoughts": [say("user", "Is it good?"), say("assistant", "<think>\nlong thoughts\n</think>\n\ngreat"), say("user", "Why so?")],
    "unicode": [say("user", "Ein schöner Film — “très bien” 映画 👍🏽\r\nzweite Zeile")],
    "special": [say("user", "a <s>b</s> <|im_end|> <bos> text")],
    "order": [say("user", "one"), say("user", "two")],
}
PAIRS = [
    (model, template)
    for template in ["turns", "brackets", "headers", "nosystem", "lines", "plain"]
    for model in ["qwen2", "llama", "gemma2", "bloom", "gpt2"]
]


class Fixed(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def main() -> None:
    tokenizers = {}
    cases = []
    for model, template in PAIRS:
        tokenizer = tokenizers.setdefault(model, PreTrainedTokenizerFast.from_pretrained(MODELS / model))
        tokenizer.chat_template = (CHATS / f"{template}.jinja").read_text(encoding="utf-8")
        for name, messages in CONVERSATIONS.items():
            case = {"model": model, "template": template, "chat": name}
            try:
                with mock.patch("transformers.utils.chat_template_utils.datetime", Fixed):
                    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
                    ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
                cases.append({**case, "text": text, "ids": ids})
            except Exception as error:  # a template's raise_exception, or a token that the model lacks
                cases.append({**case, "error": str(error)})
    formats = "%Y %y %m %d %-d %B %b %A %a %H %I %M %S %p %j %%"
    dates = [NOW, datetime.datetime(2024, 12, 31, 0, 0, 59), datetime.datetime(2027, 1, 1, 13, 30)]
    expected = {
        "now": NOW.isoformat(),
        "conversations": CONVERSATIONS,
        "strftime": [{"date": date.isoformat(), "format": formats, "text": date.strftime(formats)} for date in dates],
        "cases": cases,
    }
    (CHATS / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
