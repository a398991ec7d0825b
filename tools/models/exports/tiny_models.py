"""Language models of genuine architectures with random weights and a hidden size of 16 to 32."""

import torch
import transformers as hf
from tokenizers import AddedToken, processors

import tiny_tokenizers as tok

# Wide enough that a mistake of place, mask or space shows in the scores.
SPREAD = 0.25
BERT_NAMES = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}


def build(name: str):
    """(model, fast tokenizer) of one family, the same at every call."""
    torch.manual_seed(sum(map(ord, name)))
    model, tokenizer = globals()[f"_{name}"]()
    for parameter in model.parameters():
        # Biases and norms away from their neutral starts, so that a head that forgets its bias is found out.
        if parameter.dim() == 1:
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
    return model.eval(), tokenizer


def _fast(tokenizer, cls=hf.PreTrainedTokenizerFast, **names):
    return cls(tokenizer_object=tokenizer, model_max_length=96, clean_up_tokenization_spaces=False, **names)


def _bert():
    t = tok.word_piece(lowercase=True)
    config = hf.BertConfig(
        vocab_size=t.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=96, initializer_range=SPREAD,
    )  # fmt: skip
    return hf.BertForMaskedLM(config), _fast(t, hf.BertTokenizerFast, do_lower_case=True, **BERT_NAMES)


def _distilbert():
    t = tok.word_piece(lowercase=False)
    config = hf.DistilBertConfig(
        vocab_size=t.get_vocab_size(), dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=96, initializer_range=SPREAD
    )
    return hf.DistilBertForMaskedLM(config), _fast(t, hf.DistilBertTokenizerFast, do_lower_case=False, **BERT_NAMES)


def _roberta():
    t = tok.byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False, special=True)])
    config = hf.RobertaConfig(
        vocab_size=t.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=98, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, initializer_range=SPREAD,
    )  # fmt: skip
    return hf.RobertaForMaskedLM(config), _fast(t, hf.RobertaTokenizerFast)


def _albert():
    t = tok.unigram("albert")
    config = hf.AlbertConfig(
        vocab_size=t.get_vocab_size(), embedding_size=8, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=96, initializer_range=SPREAD, pad_token_id=0, bos_token_id=2, eos_token_id=3,
    )  # fmt: skip
    names = {"unk_token": "<unk>", "pad_token": "<pad>", "cls_token": "[CLS]", "sep_token": "[SEP]", "bos_token": "[CLS]", "eos_token": "[SEP]"}
    return hf.AlbertForMaskedLM(config), _fast(t, **names, mask_token=AddedToken("[MASK]", lstrip=True, normalized=False, special=True))


def _xlm_roberta():
    t = tok.unigram("xlm-roberta")
    config = hf.XLMRobertaConfig(
        vocab_size=t.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=98, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, initializer_range=SPREAD,
    )  # fmt: skip
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    return hf.XLMRobertaForMaskedLM(config), _fast(t, **names, mask_token=AddedToken("<mask>", lstrip=True, normalized=False, special=True))


def _gpt2(layers=2):
    t = tok.byte_level(tok.GPT2_SPECIAL)
    config = hf.GPT2Config(
        vocab_size=t.get_vocab_size(), n_embd=16, n_layer=layers, n_head=2, n_positions=96, bos_token_id=0, eos_token_id=0, initializer_range=SPREAD
    )
    end = tok.GPT2_SPECIAL[0]
    return hf.GPT2LMHeadModel(config), _fast(t, hf.GPT2TokenizerFast, bos_token=end, eos_token=end, unk_token=end)


def _gpt2_one_layer():
    return _gpt2(layers=1)


def _llama():
    t = tok.sentence_piece_bpe(legacy=True)
    config = hf.LlamaConfig(
        vocab_size=t.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=32,
        max_position_embeddings=96, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False, initializer_range=SPREAD,
    )  # fmt: skip
    return hf.LlamaForCausalLM(config), _fast(t, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def _qwen2(hidden=16):
    t = tok.byte_level(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], pattern=tok.QWEN2_PATTERN, nfc=True)
    config = hf.Qwen2Config(
        vocab_size=t.get_vocab_size() + 13, hidden_size=hidden, num_hidden_layers=1, num_attention_heads=4,
        num_key_value_heads=2, intermediate_size=2 * hidden, max_position_embeddings=96, bos_token_id=0, eos_token_id=0, tie_word_embeddings=True, initializer_range=SPREAD,
    )  # fmt: skip
    return hf.Qwen2ForCausalLM(config), _fast(t, eos_token="<|endoftext|>", pad_token="<|endoftext|>")


def _qwen2_wide():
    # Heads of 16, which ONNX Runtime's own attention operator asks for.
    return _qwen2(hidden=64)


def _opt():
    t = tok.byte_level(["<s>", "<pad>", "</s>"])
    # OPT's texts begin with </s>.
    t.post_processor = processors.TemplateProcessing(single="</s> $A", pair="</s> $A </s> $B", special_tokens=[("</s>", 2)])
    config = hf.OPTConfig(
        vocab_size=t.get_vocab_size(), hidden_size=16, word_embed_proj_dim=16, num_hidden_layers=2, num_attention_heads=2, ffn_dim=32,
        max_position_embeddings=96, pad_token_id=1, bos_token_id=2, eos_token_id=2, init_std=SPREAD,
    )  # fmt: skip
    return hf.OPTForCausalLM(config), _fast(t, bos_token="</s>", eos_token="</s>", unk_token="</s>", pad_token="<pad>")


def _gpt_neox():
    t = tok.byte_level(["<|endoftext|>", "<|padding|>"])
    config = hf.GPTNeoXConfig(
        vocab_size=t.get_vocab_size() + 6, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=96, bos_token_id=0, eos_token_id=0, rotary_pct=0.5, initializer_range=SPREAD,
    )  # fmt: skip
    end = "<|endoftext|>"
    return hf.GPTNeoXForCausalLM(config), _fast(t, bos_token=end, eos_token=end, unk_token=end)


def _gemma2():
    t = tok.sentence_piece_bpe(legacy=False)
    config = hf.Gemma2Config(
        vocab_size=t.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=8,
        intermediate_size=32, max_position_embeddings=96, final_logit_softcapping=3.0, attn_logit_softcapping=None, sliding_window=96,
        query_pre_attn_scalar=8, pad_token_id=0, eos_token_id=1, bos_token_id=2, initializer_range=SPREAD,
    )  # fmt: skip
    return hf.Gemma2ForCausalLM(config), _fast(t, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>")


def _bloom():
    t = tok.byte_level(["<unk>", "<s>", "</s>", "<pad>"])
    config = hf.BloomConfig(
        vocab_size=t.get_vocab_size(), hidden_size=16, n_layer=2, n_head=2, bos_token_id=1, eos_token_id=2, pad_token_id=3,
        initializer_range=SPREAD,
    )  # fmt: skip
    return hf.BloomForCausalLM(config), _fast(t, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
