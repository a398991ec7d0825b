"""Exports tiny language models with optimum, as people do, into test/models, with Python's scores beside them.

    python tools/models/exports/export.py --work DIR            # with requirements.txt installed
    python tools/models/exports/export_merged.py --work DIR     # with requirements-merged.txt, in an environment of its own
    python tools/models/exports/export_genai.py --work DIR      # with requirements-genai.txt, in an environment of its own
    python tools/models/exports/expected.py --work DIR          # with requirements.txt again

DIR keeps the models in PyTorch's format between them. The weights are seeded; training a tokenizer may break ties otherwise
when it is run again, so all are run together.
"""

import argparse
import json
import shutil
import warnings
from pathlib import Path

import onnx
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from optimum.exporters.onnx import main_export

import tiny_models

TO = Path(__file__).parents[3] / "test" / "models"
# folder: family, task, where the graph goes, further files made from it
MODELS = {
    "bert": ("bert", "fill-mask", "onnx/model.onnx", ["quantized"]),
    "distilbert": ("distilbert", "fill-mask", "model.onnx", ["fp16"]),
    "roberta": ("roberta", "fill-mask", "onnx/model.onnx", []),
    "albert": ("albert", "fill-mask", "onnx/model.onnx", []),
    "xlm-roberta": ("xlm_roberta", "fill-mask", "onnx/model.onnx", []),
    "gpt2": ("gpt2", "text-generation-with-past", "onnx/model.onnx", []),
    "llama": ("llama", "text-generation-with-past", "onnx/model.onnx", ["external", "int8"]),
    "qwen2": ("qwen2", "text-generation-with-past", "onnx/model.onnx", ["fp16", "q4"]),
    "opt": ("opt", "text-generation-with-past", "onnx/model.onnx", []),
    "gpt-neox": ("gpt_neox", "text-generation-with-past", "onnx/model.onnx", []),
    "gemma2": ("gemma2", "text-generation-with-past", "onnx/model.onnx", []),
    "bloom": ("bloom", "text-generation", "onnx/model.onnx", []),
}  # fmt: skip
# Exported by export_merged.py and export_genai.py: folders and families.
ELSEWHERE = {"gpt2-merged": "gpt2_one_layer", "qwen2-genai": "qwen2_wide"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=list(MODELS))
    args = parser.parse_args()
    for name, family in ELSEWHERE.items():
        save(args.work / family, family)
        write_small_files(args.work / family, TO / name)
    for name in args.only:
        family, task, graph, variants = MODELS[name]
        source, out, to = args.work / family, args.work / "exported" / name, TO / name
        save(source, family)
        main_export(str(source), str(out), task=task, do_validation=False)
        write_small_files(out, to, old_style=name == "distilbert")
        path = to / graph
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(out / "model.onnx", path)
        for variant in variants:
            VARIANTS[variant](path, source, args.work)
        print(name, {str(file.relative_to(to)): file.stat().st_size for file in sorted(to.rglob("*.onnx*"))})


def save(source: Path, family: str) -> None:
    for part in tiny_models.build(family):
        part.save_pretrained(source)


def write_small_files(out: Path, to: Path, old_style: bool = False) -> None:
    """Configuration and tokenizer; old folders on the hub name no special tokens, since the tokenizer's class knows them."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        data = json.loads((out / name).read_text(encoding="utf-8"))
        data.pop("transformers_version", None)
        if old_style and name == "tokenizer_config.json":
            data = {"do_lower_case": False, "model_max_length": 96}
        text = json.dumps(data, ensure_ascii=False, indent=None if name == "tokenizer.json" else 2)
        (to / name).write_text(text + "\n", encoding="utf-8")


def fp16(path: Path, *_) -> None:
    # Cached keys and values in fp16 as well, as in the files for GPUs.
    causal = "past_key_values" in str([value.name for value in onnx.load(path).graph.input])
    model = convert_float_to_float16(onnx.load(path), keep_io_types=not causal, disable_shape_infer=True)
    onnx.save(model, path.with_name("model_fp16.onnx"))


def quantized(path: Path, *_) -> None:
    quantize_dynamic(path, path.with_name("model_quantized.onnx"), weight_type=QuantType.QUInt8)


def int8(path: Path, *_) -> None:
    quantize_dynamic(path, path.with_name("model_int8.onnx"), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def q4(path: Path, *_) -> None:
    # The head too, which has to be a weight of its own for that.
    model = onnx.load(path)
    untie(model)
    quantizer = MatMulNBitsQuantizer(model, block_size=16, is_symmetric=False, accuracy_level=4)
    quantizer.process()
    onnx.save(quantizer.model.model, path.with_name("model_q4.onnx"))


def untie(model: onnx.ModelProto) -> None:
    makers = {output: node for node in model.graph.node for output in node.output}
    head = makers["logits"]
    transpose = makers[head.input[1]]
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    weight = onnx.numpy_helper.to_array(weights[transpose.input[0]]).T.copy()
    model.graph.initializer.append(onnx.numpy_helper.from_array(weight, "lm_head.weight"))
    head.input[1] = "lm_head.weight"


def external(path: Path, *_) -> None:
    """Weights in a file of their own, as for models of more than 2 GB."""
    model = onnx.load(path)
    path.unlink()
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx_data", size_threshold=256)


VARIANTS = {"fp16": fp16, "quantized": quantized, "int8": int8, "q4": q4, "external": external}

if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    main()
