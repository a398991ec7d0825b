/** The parts of `tokenizer.json` that are read and changed here. */
export interface TokenizerDefinition {
  readonly added_tokens?: readonly AddedToken[];
  readonly normalizer?: Component | null | undefined;
  readonly pre_tokenizer?: Component | null | undefined;
  readonly decoder?: Component | null | undefined;
  readonly model?: {
    readonly type?: string;
    /** Ids by token; of a Unigram model, tokens with their scores in the order of their ids. */
    readonly vocab?: Vocabulary | undefined;
    /** Merges are written as pairs or, in older files, with a space between. */
    readonly merges?: readonly (string | readonly [string, string])[];
    readonly unk_token?: string | null;
    /** Of a Unigram model, in place of unk_token. */
    readonly unk_id?: number | null;
  };
}

type Vocabulary = Readonly<Record<string, number>> | readonly (readonly [string, number])[];

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly lstrip?: boolean;
  readonly special?: boolean;
}

/** A normalizer, pre-tokenizer or decoder: a step, or a sequence of them. */
interface Component {
  readonly type: string;
  readonly normalizers?: readonly Component[];
  readonly pretokenizers?: readonly Component[];
  readonly decoders?: readonly Component[];
  readonly [setting: string]: unknown;
}

/** The pairs that a byte-pair tokenizer merges, in their order. */
export function mergesOf(definition: TokenizerDefinition): (readonly [string, string])[] {
  return (definition.model?.merges ?? []).map((merge) => (typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge));
}

/** The same tokenizer without its special tokens, so that `<mask>` in a user's text stays six characters. */
export function withoutSpecialTokens(definition: TokenizerDefinition): TokenizerDefinition {
  const special = new Set((definition.added_tokens ?? []).filter((token) => token.special).map((token) => token.content));
  const { model } = definition;
  const hidden = (token: string) => special.has(token) && token !== model?.unk_token;
  // Unigram vocabularies list special tokens with a score, and would find them in a text. No text holds a lone surrogate.
  const vocab: Vocabulary = Array.isArray(model?.vocab)
    ? (model.vocab as [string, number][]).map(([token, score], id) => [hidden(token) ? `\uD800${id}` : token, score] as const)
    : Object.fromEntries(Object.entries(model?.vocab ?? {}).filter(([token]) => !hidden(token)));
  return {
    ...definition,
    added_tokens: (definition.added_tokens ?? []).filter((token) => !token.special),
    model: { ...model, vocab },
  };
}

/** A decoder that keeps each space: BERT's drops those before punctuation. */
export function withExactDecoder(definition: TokenizerDefinition): TokenizerDefinition {
  return definition.decoder
    ? { ...definition, decoder: each(definition.decoder, (step) => ('cleanup' in step ? { ...step, cleanup: false } : step)) }
    : definition;
}

/**
 * The tokenizer for text that follows other text: it never adds a leading space. Undefined if the tokenizer never adds one
 * at the start of a text either.
 */
export function behindOtherText(definition: TokenizerDefinition): TokenizerDefinition | undefined {
  const changed: TokenizerDefinition = {
    ...definition,
    normalizer: definition.normalizer && each(definition.normalizer, unprefixed),
    pre_tokenizer: definition.pre_tokenizer && each(definition.pre_tokenizer, unprefixed),
  };
  if (JSON.stringify(changed) === JSON.stringify(definition)) return undefined;
  const steps = stepsOf(definition.pre_tokenizer);
  const metaspace = steps.find((step) => step.type === 'Metaspace');
  if (!metaspace || !steps.some((step) => step.type === 'WhitespaceSplit')) return changed;
  // Words are split at spaces and each gets one: the same as spaces made one and kept.
  const spaces: Component = { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' };
  const end: Component = { type: 'Strip', strip_left: false, strip_right: true };
  return {
    ...changed,
    normalizer: { type: 'Sequence', normalizers: [...(changed.normalizer ? [changed.normalizer] : []), spaces, end] },
    pre_tokenizer: unprefixed(metaspace),
  };
}

/** Whether a text after a special token gets a leading space, as one at the start does. */
export function prefixesSections(definition: TokenizerDefinition): boolean {
  return !stepsOf(definition.pre_tokenizer).some((step) => step.type === 'Metaspace' && step.prepend_scheme === 'first');
}

function unprefixed(step: Component): Component {
  switch (step.type) {
    case 'Prepend':
      return { ...step, prepend: '' };
    case 'Metaspace':
      return { ...step, prepend_scheme: 'never', add_prefix_space: false };
    case 'ByteLevel':
      return step.add_prefix_space === true ? { ...step, add_prefix_space: false } : step;
    case 'Strip':
      return { ...step, strip_left: false };
    default:
      return step;
  }
}

function each(component: Component, change: (step: Component) => Component): Component {
  const inner = (['normalizers', 'pretokenizers', 'decoders'] as const).filter((key) => component[key]);
  const changed = Object.fromEntries(inner.map((key) => [key, component[key]!.map((step) => each(step, change))]));
  return { ...change(component), ...changed };
}

function stepsOf(component: Component | null | undefined): readonly Component[] {
  if (!component) return [];
  return component.type === 'Sequence' ? (component.pretokenizers ?? component.normalizers ?? []).flatMap(stepsOf) : [component];
}
