"""Exports Qwen2 in 4 bits with ONNX Runtime GenAI's builder, as most language models of the onnx-community are. See export.py."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TO = Path(__file__).parents[3] / "test" / "models" / "qwen2-genai"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    out = args.work / "exported" / "qwen2-genai"
    with tempfile.TemporaryDirectory() as cache:
        options = ["-i", str(args.work / "qwen2_wide"), "-o", str(out), "-p", "int4", "-e", "cpu", "-c", cache]
        subprocess.run([sys.executable, "-m", "onnxruntime_genai.models.builder", *options], check=True)
    for name in ("model.onnx", "model.onnx.data"):
        shutil.copy(out / name, TO / name)


if __name__ == "__main__":
    main()
