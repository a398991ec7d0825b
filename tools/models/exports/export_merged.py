"""Exports GPT-2 as optimum did until 2024: two decoders, and one file that holds both behind a switch. See export.py."""

import argparse
import functools
import shutil
import warnings
from pathlib import Path

import torch
import torch.onnx

# This optimum is older than PyTorch's second exporter.
torch.onnx.export = functools.partial(torch.onnx.export, dynamo=False)

from optimum.exporters.onnx import main_export  # noqa: E402

TO = Path(__file__).parents[3] / "test" / "models"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    out, to = args.work / "exported" / "gpt2-merged", TO / "gpt2-merged" / "onnx"
    main_export(str(args.work / "gpt2_one_layer"), str(out), task="text-generation-with-past", do_validation=False, legacy=True)
    to.mkdir(exist_ok=True)
    for name in ("decoder_model", "decoder_with_past_model", "decoder_model_merged"):
        shutil.copy(out / f"{name}.onnx", to / f"{name}.onnx")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
