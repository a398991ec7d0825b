"""Writes a GPT-2 model in the hub's layout as GGUF, for llama.cpp and what is built on it.

    pip install gguf onnx numpy
    python tools/models/write_gguf.py models/causal causal.gguf

Weights stay in fp32, so that a server's scores can be held against those of the graph itself.
"""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import onnx
from onnx import numpy_helper

NAMES = {
    "transformer.wte": "token_embd",
    "transformer.wpe": "position_embd",
    "transformer.ln_f": "output_norm",
    "ln_1": "attn_norm",
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_output",
    "ln_2": "ffn_norm",
    "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}


def tensor_name(name: str) -> str:
    """`transformer.h.0.attn.c_attn.weight` to `blk.0.attn_qkv.weight`"""
    stem, kind = name.rsplit(".", 1)
    if stem.startswith("transformer.h."):
        _, _, layer, part = stem.split(".", 3)
        return f"blk.{layer}.{NAMES[part]}.{kind}"
    return f"{NAMES[stem]}.{kind}"


def write(model: Path, out: Path) -> None:
    config = json.loads((model / "config.json").read_text())
    tokenizer = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(out, "gpt2")
    writer.add_name(model.name)
    writer.add_context_length(config["n_positions"])
    writer.add_embedding_length(config["n_embd"])
    writer.add_feed_forward_length(config["n_inner"] or 4 * config["n_embd"])
    writer.add_block_count(config["n_layer"])
    writer.add_head_count(config["n_head"])
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)

    special = {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    words = {index: token for token, index in tokenizer["model"]["vocab"].items()} | special
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([words[index] for index in range(len(words))])
    kinds = [gguf.TokenType.CONTROL if index in special else gguf.TokenType.NORMAL for index in range(len(words))]
    writer.add_token_types(kinds)
    merges = tokenizer["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)
    # llama.cpp's chat endpoint needs a template; a plain language model has the bare text.
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")

    for initializer in onnx.load(model / "onnx" / "model.onnx").graph.initializer:
        if not initializer.name.startswith("transformer."):
            continue
        name = tensor_name(initializer.name.removesuffix("_fp16"))
        value = numpy_helper.to_array(initializer).astype(np.float32)
        # GPT-2's linear layers hold [in, out]; GGUF wants [out, in].
        linear = name.startswith("blk.") and name.endswith(".weight") and value.ndim == 2
        writer.add_tensor(name, np.ascontiguousarray(value.T) if linear else value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    write(arguments.model, arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
