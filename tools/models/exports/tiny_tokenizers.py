"""Tokenizers of the usual families, each trained on the same few sentences, with a vocabulary of a few hundred tokens."""

import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SENTENCES = [
    "A film of rare warmth and quiet wit; the cast is great and the story is good.",
    "The plot is a mess, the jokes do not land and the ending is terrible.",
    "It was great. It was terrible. In short, it was good, truly good!",
    "Overall the film was bad, the music was fine, and the world of sports was absolutely absent.",
    "Great cast, terrible script: a good idea that absolutely does not work in the end.",
    "Nobody seems to care about the story, the music or the film; all in all it was bad.",
    "Review: a truly great film about business and sports in a small world. 12 of 10!",
    'She said "never again" (twice) and we can\'t blame her - it\'s that bad.',
    "Naïve, köstlich, déjà vu: the café scene is fine.",
]  # fmt: skip
WORDS = "great terrible good bad fine film story music truly absolutely overall world sports business review It was In short".split()
CORPUS = SENTENCES * 8 + [f"{a} {b}" for a in WORDS for b in WORDS] * 4 + [word.capitalize() + " film" for word in WORDS] * 8


def byte_level(special: list[str], size: int = 420, pattern: str | None = None, nfc: bool = False) -> Tokenizer:
    """GPT-2, RoBERTa, OPT, GPT-NeoX; with `pattern` (a split before the bytes) Qwen2 and Llama 3."""
    tokenizer = Tokenizer(models.BPE())
    if nfc:
        tokenizer.normalizer = normalizers.NFC()
    if pattern is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def word_piece(lowercase: bool, size: int = 300) -> Tokenizer:
    """BERT and DistilBERT."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def unigram(style: str, size: int = 260) -> Tokenizer:
    """ALBERT (lower case, [CLS] … [SEP]) or XLM-RoBERTa (<s> … </s>, mask last)."""
    albert = style == "albert"
    special = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"] if albert else ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = (
        normalizers.Sequence(
            [normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
             normalizers.Lowercase(), spaces]
        )
        if albert
        else normalizers.Sequence([normalizers.NFKC(), spaces])
    )  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    if not albert:
        # As XLM-RoBERTa's was converted: words are split first, and each gets its space.
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    first, last = ("[CLS]", "[SEP]") if albert else ("<s>", "</s>")
    ids = [(name, tokenizer.token_to_id(name)) for name in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}", special_tokens=ids)
    # The mask takes the space before it, as in the published models.
    mask = AddedToken(special[4], lstrip=True, rstrip=False, normalized=False, special=True)
    tokenizer.add_special_tokens([mask])
    return tokenizer


def sentence_piece_bpe(legacy: bool, size: int = 420) -> Tokenizer:
    """Llama 1 and 2, TinyLlama, Mistral (`legacy`: the space is prepended by the normalizer), or Gemma (no space is prepended)."""
    special = ["<unk>", "<s>", "</s>"] if legacy else ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    # Trained with a pre-tokenizer that keeps words apart; used without one, as the published models are.
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=size + 100, special_tokens=special + fallback, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    spaced = normalizers.Replace(" ", "▁")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), spaced]) if legacy else spaced
    tokenizer.pre_tokenizer = None if legacy else pre_tokenizers.Split(" ", "merged_with_previous")
    parts = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence(parts + [decoders.Strip(" ", 1, 0)] if legacy else parts)
    start = "<s>" if legacy else "<bos>"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A", pair=f"{start} $A {start}:1 $B:1", special_tokens=[(start, tokenizer.token_to_id(start))]
    )
    return without_special(tokenizer, fallback)


def without_special(tokenizer: Tokenizer, names: list[str]) -> Tokenizer:
    """The byte tokens of a SentencePiece vocabulary are ordinary tokens of the model, not added ones."""
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in names]
    return Tokenizer.from_str(json.dumps(data))


GPT2_SPECIAL = ["<|endoftext|>"]
QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
