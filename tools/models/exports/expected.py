"""Python's scores for the tiny models: by transformers for graphs in fp32, by ONNX Runtime's Python package for the others. See export.py."""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import transformers

from export import ELSEWHERE, MODELS, TO

TEXTS = [
    "A film of rare warmth and quiet wit.",
    "The plot is a mess, the jokes do not land.",
    "Fine.",
    'She said "never again" (twice) & we can\'t blame her - déjà vu!',
    "12 of 10 sports stories; naïve music, world business.",
]
PROMPTS = ["", "truly", "In short, it was", "absolutely great film"]
WORDS = ["terrible", "great"]
# The last one is a masked model's only.
TEMPLATES = ["{input} {prompt} {mask} .", "{prompt} {input} It was {mask}", "{mask}: {prompt} {input}"]
FP32 = ["onnx/model.onnx", "model.onnx", "onnx/decoder_model.onnx", "onnx/decoder_model_merged.onnx"]


def fill(template: str, text: str, prompt: str, mask: str | None) -> str:
    """The text that a person sends: the empty prompt takes its space with it, and a causal model reads up to the mask."""
    if prompt == "":
        template = template.replace(" {prompt}", "").replace("{prompt} ", "")
    if mask is None:
        template = template.split(" {mask}")[0]
    return template.replace("{mask}", mask or "").replace("{prompt}", prompt).replace("{input}", text)


def label_ids(tokenizer, at_start: bool) -> list[int]:
    if at_start:
        return [tokenizer(word, add_special_tokens=False).input_ids[0] for word in WORDS]
    ids = [tokenizer("It was " + word, add_special_tokens=False).input_ids for word in WORDS]
    assert len(ids[0]) == len(ids[1]), "each label word is one token"
    return [each[-1] for each in ids]


def onnx_logits(session: onnxruntime.InferenceSession, ids: list[int], pad: int) -> np.ndarray:
    """[S, V] of one row, whole."""
    rows = np.array([ids], np.int64)
    values = {
        "input_ids": rows,
        "attention_mask": np.ones_like(rows),
        "token_type_ids": np.zeros_like(rows),
        "position_ids": np.arange(len(ids), dtype=np.int64)[None],
    }
    feeds = {}
    for value in session.get_inputs():
        if value.name.startswith("past_key_values"):
            kind = np.float16 if "float16" in value.type else np.float32
            # The size of a head has no number in some graphs; these are of 16.
            sizes = {"batch_size": 1, "past_sequence_length": 0, "kv_cache_dim": 16}
            values[value.name] = np.zeros([size if isinstance(size, int) else sizes[size] for size in value.shape], kind)
        feeds[value.name] = values[value.name]
    return session.run(["logits"], feeds)[0][0].astype(np.float32)


def numbers(values) -> list[float]:
    return [float(f"{value:.7g}") for value in np.asarray(values).ravel()]


@torch.no_grad()
def head_input(model, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """What goes into the output embedding at the last token, and the logits that come of it."""
    seen = []
    hook = model.get_output_embeddings().register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0, -1].numpy().copy()))
    logits = model(torch.tensor([ids])).logits[0, -1].numpy()
    hook.remove()
    return seen[0], logits


def policy(model, tokenizer) -> dict:
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    words = tokenizer("It was truly great", add_special_tokens=False).input_ids
    prefixes = []
    for length in (0, 1, 3):
        ids = [start, *words[-length:]] if length else [start]
        state, logits = head_input(model, ids)
        prefixes.append({"ids": ids, "state": numbers(state), "logits": numbers(logits[:12])})
    rows = torch.tensor([[start, *words]])
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(model(rows).logits[0, :-1], rows[0, 1:])
    return {"prefixes": prefixes, "perplexity": {"ids": words, "value": float(loss.exp())}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    for folder, family in {**{name: made[0] for name, made in MODELS.items()}, **ELSEWHERE}.items():
        # The saved ones: training a tokenizer again may break ties otherwise.
        tokenizer = transformers.AutoTokenizer.from_pretrained(args.work / family)
        architecture = json.loads((args.work / family / "config.json").read_text())["architectures"][0]
        model = getattr(transformers, architecture).from_pretrained(args.work / family, attn_implementation="eager").eval()
        masked = tokenizer.mask_token if "MaskedLM" in architecture else None
        files = sorted(str(path.relative_to(TO / folder)) for path in (TO / folder).rglob("*.onnx") if "with_past_model" not in path.name)
        others = [file for file in files if file not in FP32 or folder == "qwen2-genai"]
        sessions = {file: onnxruntime.InferenceSession(str(TO / folder / file)) for file in others}
        cases = []
        for template in TEMPLATES if masked else TEMPLATES[:2]:
            labels = label_ids(tokenizer, template.startswith("{mask}"))
            rows = []
            for text in TEXTS:
                for prompt in PROMPTS:
                    ids = tokenizer(fill(template, text, prompt, masked)).input_ids
                    at = ids.index(tokenizer.mask_token_id) if masked else -1
                    with torch.no_grad():
                        logits = {"fp32": numbers(model(torch.tensor([ids])).logits[0, at, labels])}
                    for file, session in sessions.items():
                        logits[file] = numbers(onnx_logits(session, ids, 0)[at, labels])
                    rows.append({"text": text, "prompt": prompt, "ids": ids, "logits": logits})
            cases.append({"template": template, "labelIds": labels, "rows": rows})
        result = {
            "made": f"transformers {transformers.__version__}, onnxruntime {onnxruntime.__version__}",
            "files": files,
            "words": WORDS,
            "cases": cases,
        }
        if not masked:
            result["policy"] = policy(model, tokenizer)
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        (TO / folder / "expected.json").write_text(text + "\n", encoding="utf-8")
        print(folder, files, len(text))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    main()
