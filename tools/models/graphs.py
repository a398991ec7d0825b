"""The two language models as ONNX graphs: weights stored in fp16 and cast to fp32, the tied embedding stored once."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.count = 0

    def op(self, kind: str, *inputs: str, outputs: int = 1, name: str | None = None, **attributes) -> str | list[str]:
        self.count += 1
        names = [name] if name else [f"{kind.lower()}_{self.count}" + (f"_{i}" if outputs > 1 else "") for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"n{self.count}_{kind}", **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(value.astype(np.float16), name + "_fp16"))
        return self.op("Cast", name + "_fp16", name=name, to=TensorProto.FLOAT)

    def constant(self, value, dtype=np.int64) -> str:
        self.count += 1
        name = f"constant_{self.count}"
        self.weights.append(numpy_helper.from_array(np.array(value, dtype=dtype), name))
        return name

    def linear(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """x @ weight + bias, weight [in, out]"""
        return self.op("Add", self.op("MatMul", x, self.weight(name + ".weight", weight)), self.weight(name + ".bias", bias))

    def norm(self, x: str, name: str, scale: np.ndarray, bias: np.ndarray, output: str | None = None) -> str:
        return self.op(
            "LayerNormalization", x, self.weight(name + ".weight", scale), self.weight(name + ".bias", bias),
            axis=-1, epsilon=1e-5, name=output,
        )  # fmt: skip

    def heads(self, x: str, count: int) -> str:
        """[B, S, d] to [B, heads, S, d / heads]"""
        return self.op("Transpose", self.op("Reshape", x, self.constant([0, 0, count, -1])), perm=[0, 2, 1, 3])

    def attend(self, q: str, k: str, v: str, bias: str, size: int) -> str:
        scores = self.op("MatMul", q, self.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = self.op("Mul", scores, self.constant(1 / np.sqrt(size), np.float32))
        mixed = self.op("MatMul", self.op("Softmax", self.op("Add", scores, bias), axis=-1), v)
        return self.op("Reshape", self.op("Transpose", mixed, perm=[0, 2, 1, 3]), self.constant([0, 0, -1]))

    def bias_where(self, allowed: str) -> str:
        return self.op("Where", allowed, self.constant(0, np.float32), self.constant(-1e9, np.float32))

    def model(self, inputs: list, outputs: list) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "model", inputs, outputs, initializer=self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], producer_name="rlprompt", ir_version=9)
        onnx.checker.check_model(model)
        return model


def info(name: str, kind: int, shape: list) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def gpt2(w: dict[str, np.ndarray], layers: int, heads: int) -> onnx.ModelProto:
    """w: the state dict of transformers' GPT2LMHeadModel."""
    g = Graph()
    d = w["transformer.wte.weight"].shape[1]
    size = d // heads
    embedding = g.weight("transformer.wte.weight", w["transformer.wte.weight"])
    positions = g.weight("transformer.wpe.weight", w["transformer.wpe.weight"])
    x = g.op("Add", g.op("Gather", embedding, "input_ids"), g.op("Gather", positions, "position_ids"))
    # Query i of S stands at place P + i of P + S and sees every earlier place that the attention mask allows.
    new = g.op("Shape", "input_ids", start=1, end=2)
    total = g.op("Shape", "attention_mask", start=1, end=2)
    zero, one = g.constant(0), g.constant(1)
    flat = g.constant([], np.int64)
    total0 = g.op("Reshape", total, flat)
    past0 = g.op("Reshape", g.op("Sub", total, new), flat)
    keys = g.op("Range", zero, total0, one)
    queries = g.op("Unsqueeze", g.op("Range", past0, total0, one), g.constant([1]))
    causal = g.op("LessOrEqual", keys, queries)
    seen = g.op("Unsqueeze", g.op("Cast", "attention_mask", to=TensorProto.BOOL), g.constant([1, 2]))
    bias = g.bias_where(g.op("And", causal, seen))
    outputs = []
    for n in range(layers):
        p = f"transformer.h.{n}."
        h = g.norm(x, p + "ln_1", w[p + "ln_1.weight"], w[p + "ln_1.bias"])
        h = g.linear(h, p + "attn.c_attn", w[p + "attn.c_attn.weight"], w[p + "attn.c_attn.bias"])
        q, k, v = (g.heads(part, heads) for part in g.op("Split", h, outputs=3, axis=-1, num_outputs=3))
        k = g.op("Concat", f"past_key_values.{n}.key", k, axis=2, name=f"present.{n}.key")
        v = g.op("Concat", f"past_key_values.{n}.value", v, axis=2, name=f"present.{n}.value")
        outputs += [info(f"present.{n}.{kind}", TensorProto.FLOAT, ["batch", heads, "total", size]) for kind in ("key", "value")]
        h = g.linear(g.attend(q, k, v, bias, size), p + "attn.c_proj", w[p + "attn.c_proj.weight"], w[p + "attn.c_proj.bias"])
        x = g.op("Add", x, h)
        h = g.norm(x, p + "ln_2", w[p + "ln_2.weight"], w[p + "ln_2.bias"])
        h = g.linear(h, p + "mlp.c_fc", w[p + "mlp.c_fc.weight"], w[p + "mlp.c_fc.bias"])
        h = g.op("Gelu", h, approximate="tanh")
        x = g.op("Add", x, g.linear(h, p + "mlp.c_proj", w[p + "mlp.c_proj.weight"], w[p + "mlp.c_proj.bias"]))
    state = g.norm(x, "transformer.ln_f", w["transformer.ln_f.weight"], w["transformer.ln_f.bias"], output="last_hidden_state")
    g.op("MatMul", state, g.op("Transpose", embedding, perm=[1, 0]), name="logits")
    integers = [("input_ids", ["batch", "sequence"]), ("attention_mask", ["batch", "total"]), ("position_ids", ["batch", "sequence"])]
    inputs = [info(name, TensorProto.INT64, shape) for name, shape in integers]
    inputs += [
        info(f"past_key_values.{n}.{kind}", TensorProto.FLOAT, ["batch", heads, "past", size])
        for n in range(layers)
        for kind in ("key", "value")
    ]
    v = w["transformer.wte.weight"].shape[0]
    results = [
        info("logits", TensorProto.FLOAT, ["batch", "sequence", v]),
        info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", d]),
    ]
    return g.model(inputs, results + outputs)


def roberta(w: dict[str, np.ndarray], layers: int, heads: int, pad: int) -> onnx.ModelProto:
    """w: the state dict of transformers' RobertaForMaskedLM. Positions count the tokens that are not padding, from pad + 1."""
    g = Graph()
    e = "roberta.embeddings."
    d = w[e + "word_embeddings.weight"].shape[1]
    size = d // heads
    embedding = g.weight(e + "word_embeddings.weight", w[e + "word_embeddings.weight"])
    places = g.weight(e + "position_embeddings.weight", w[e + "position_embeddings.weight"])
    kind = g.weight(e + "token_type_embeddings.weight", w[e + "token_type_embeddings.weight"][0])
    real = g.op("Cast", g.op("Not", g.op("Equal", "input_ids", g.constant(pad))), to=TensorProto.INT64)
    position = g.op("Add", g.op("Mul", g.op("CumSum", real, g.constant(1)), real), g.constant(pad))
    x = g.op("Add", g.op("Add", g.op("Gather", embedding, "input_ids"), kind), g.op("Gather", places, position))
    x = g.norm(x, e + "LayerNorm", w[e + "LayerNorm.weight"], w[e + "LayerNorm.bias"])
    seen = g.op("Unsqueeze", g.op("Cast", "attention_mask", to=TensorProto.BOOL), g.constant([1, 2]))
    bias = g.bias_where(seen)
    for n in range(layers):
        p = f"roberta.encoder.layer.{n}."

        def dense(x: str, name: str) -> str:
            return g.linear(x, p + name, w[p + name + ".weight"].T, w[p + name + ".bias"])

        q, k, v = (g.heads(dense(x, f"attention.self.{part}"), heads) for part in ("query", "key", "value"))
        h = dense(g.attend(q, k, v, bias, size), "attention.output.dense")
        name = p + "attention.output.LayerNorm"
        x = g.norm(g.op("Add", x, h), name, w[name + ".weight"], w[name + ".bias"])
        h = dense(g.op("Gelu", dense(x, "intermediate.dense")), "output.dense")
        name = p + "output.LayerNorm"
        x = g.norm(g.op("Add", x, h), name, w[name + ".weight"], w[name + ".bias"], "last_hidden_state" if n == layers - 1 else None)
    h = g.op("Gelu", g.linear(x, "lm_head.dense", w["lm_head.dense.weight"].T, w["lm_head.dense.bias"]))
    h = g.norm(h, "lm_head.layer_norm", w["lm_head.layer_norm.weight"], w["lm_head.layer_norm.bias"])
    g.op("Add", g.op("MatMul", h, g.op("Transpose", embedding, perm=[1, 0])), g.weight("lm_head.bias", w["lm_head.bias"]), name="logits")
    v = w[e + "word_embeddings.weight"].shape[0]
    return g.model(
        [info(name, TensorProto.INT64, ["batch", "sequence"]) for name in ("input_ids", "attention_mask")],
        [
            info("logits", TensorProto.FLOAT, ["batch", "sequence", v]),
            info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", d]),
        ],
    )
