"""Writes a trained model in the hub's layout and checks the graph against transformers on the same weights.

    python tools/models/export.py causal --work DIR --out models/causal
    python tools/models/export.py masked --work DIR --out models/masked
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer, processors

import graphs
from corpus import SPECIAL
from train import CONTEXT, END, PAD, START, STOP, causal_model, masked_model


def half(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights as the file holds them, so that the check compares like with like."""
    return {name: value.half().float() if value.is_floating_point() else value for name, value in state.items()}


def write_tokenizer(path: Path, out: Path, masked: bool) -> None:
    tokenizer = Tokenizer.from_file(str(path))
    if masked:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", STOP), ("<s>", START), trim_offsets=True, add_prefix_space=False)
    data = json.loads(tokenizer.to_str())
    for token in data["added_tokens"]:
        token["lstrip"] = token["content"] == "<mask>"
    (out / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    config = {
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": CONTEXT,
        "pad_token": "<pad>",
        "unk_token": "<unk>",
    }
    if masked:
        config |= {"tokenizer_class": "RobertaTokenizer", "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
        config["mask_token"] = {"__type": "AddedToken", "content": "<mask>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}
    else:
        config |= {"tokenizer_class": "GPT2Tokenizer", "bos_token": SPECIAL[END], "eos_token": SPECIAL[END]}
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def check(model, masked: bool, path: Path, layers: int, heads: int) -> float:
    """Largest difference of any logit between PyTorch and the graph, on padded rows."""
    rng = np.random.default_rng(0)
    ids = rng.integers(6, 8192, (3, 17))
    mask = np.ones_like(ids)
    ids[1, 11:], mask[1, 11:] = PAD, 0
    feeds = {"input_ids": ids, "attention_mask": mask}
    if not masked:
        feeds["position_ids"] = np.tile(np.arange(17), (3, 1))
        feeds |= {
            f"past_key_values.{n}.{kind}": np.zeros((3, heads, 0, 256 // heads), np.float32) for n in range(layers) for kind in ("key", "value")
        }
    with torch.no_grad():
        expected = model(torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits.numpy()
    found = onnxruntime.InferenceSession(str(path)).run(["logits"], feeds)[0]
    return float(np.abs(expected - found)[mask == 1].max())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=["causal", "masked"])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="default: WORK/MODEL.pt")
    args = parser.parse_args()
    masked = args.model == "masked"
    model = (masked_model() if masked else causal_model()).eval()
    model.load_state_dict(half(torch.load(args.weights or args.work / f"{args.model}.pt")))
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    layers, heads = 4, 4
    graph = graphs.roberta(weights, layers, heads, PAD) if masked else graphs.gpt2(weights, layers, heads)
    (args.out / "onnx").mkdir(parents=True, exist_ok=True)
    path = args.out / "onnx" / "model.onnx"
    onnx.save(graph, path)
    config = model.config.to_dict()
    config["architectures"] = [type(model).__name__]
    for key in ("transformers_version", "_name_or_path", "dtype", "torch_dtype"):
        config.pop(key, None)
    (args.out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    write_tokenizer(args.work / "tokenizer.json", args.out, masked)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, largest difference from PyTorch {check(model, masked, path, layers, heads):.2e}")


if __name__ == "__main__":
    main()
