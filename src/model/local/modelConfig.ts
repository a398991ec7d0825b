import type { InputShape } from './graphs/feeds';
import type { GraphFile } from './graphs/graphFile';
import { ModelError } from '../modelError';
import { isPast } from './graphs/branch';
import type { TensorValue } from './graphs/schema';

/** `config.json`. */
export type ModelConfig = Readonly<Record<string, unknown>>;

interface ModelFacts {
  readonly kind: 'causal' | 'masked';
  /** Name of the graph's logits, [B, S, V]. */
  readonly logits: string;
  /** Tokens that fit, special ones included. */
  readonly context: number;
  readonly shape: InputShape;
}

/** Models that count positions from their padding token's id. */
const COUNTED_FROM_PADDING = ['roberta', 'xlm-roberta', 'xlm-roberta-xl', 'camembert', 'longformer', 'mpnet', 'roberta-prelayernorm', 'data2vec-text', 'xmod', 'ibert', 'luke', 'esm']; // prettier-ignore
const ENCODER_DECODERS =
  /^(m?t5|umt5|longt5|m?bart|marian|pegasus|blenderbot|bigbird_pegasus|prophetnet|led|m2m_100|nllb|whisper|encoder-decoder)/;

/**
 * What a model is and what it takes, by its configuration and its graph.
 * @throws ModelError for models that do not score words: encoders without a head, classifiers, encoder–decoders
 */
export function modelFacts(reference: string, config: ModelConfig, graph: GraphFile, hasMask: boolean, longestText: unknown): ModelFacts {
  const type = typeof config.model_type === 'string' ? config.model_type : 'unknown';
  if (
    config.is_encoder_decoder === true ||
    ENCODER_DECODERS.test(type) ||
    graph.takes('encoder_hidden_states') ||
    graph.takes('decoder_input_ids')
  )
    throw new ModelError('model.encoderDecoder', { model: reference, type });
  const architectures = Array.isArray(config.architectures) ? (config.architectures as unknown[]).map(String) : [];
  const logits = findLogits(reference, config, architectures, graph.outputs);
  const kind = findKind(architectures, type, graph, hasMask);
  const number = numbersOf(config);
  const { firstPosition, context } = positions(config, kind, longestText);
  const [size, all] = [number('hidden_size', 'n_embd', 'd_model'), number('num_attention_heads', 'n_head', 'n_heads')];
  const heads = number('num_key_value_heads', 'num_kv_heads') ?? all;
  const headSize = number('head_dim') ?? (size === undefined || all === undefined ? undefined : size / all);
  return { kind, logits, context, shape: { firstPosition, heads, headSize } };
}

/** The numbers of a configuration: the first that it has of some names. */
function numbersOf(config: ModelConfig): (...names: string[]) => number | undefined {
  const nested = (config.text_config ?? {}) as ModelConfig;
  return (...names) => names.flatMap((name) => [config[name], nested[name]]).find((value) => typeof value === 'number');
}

/** The position of the first token, and how many tokens fit. @param longestText what the tokenizer says */
export function positions(
  config: ModelConfig,
  kind: ModelFacts['kind'],
  longestText: unknown,
): { readonly firstPosition: number; readonly context: number } {
  const number = numbersOf(config);
  const firstPosition = COUNTED_FROM_PADDING.includes(String(config.model_type)) ? (number('pad_token_id') ?? 1) + 1 : 0;
  const all = number('n_positions', 'max_position_embeddings', 'max_seq_len', 'seq_length', 'max_sequence_length', 'n_ctx');
  // Some tokenizers say 1e30 for "no limit"; models with relative positions may have none at all.
  const said = typeof longestText === 'number' && longestText < 1e9 ? longestText : undefined;
  const context = Math.min(all === undefined ? (said ?? 2048) : all - firstPosition, kind === 'masked' ? (said ?? Infinity) : Infinity);
  return { firstPosition, context };
}

/** Ids that end a generated text: those of the first file that names any. */
export function endTokens(generation: ModelConfig | undefined, config: ModelConfig, ofTokenizer: number | undefined): readonly number[] {
  const named = [generation?.eos_token_id, config.eos_token_id, ofTokenizer].find((id) => id !== undefined && id !== null);
  return [named].flat().filter((id) => typeof id === 'number');
}

function findLogits(reference: string, config: ModelConfig, architectures: readonly string[], outputs: readonly TensorValue[]): string {
  const words = outputs.filter(({ dims }) => dims === undefined || dims.length === 3);
  const output = outputs.find(({ name }) => name === 'logits') ?? words.find(({ dims }) => dims?.at(-1) === config.vocab_size);
  if (!output) throw new ModelError('model.noLogits', { model: reference, outputs: outputs.map(({ name }) => name) });
  const size = output.dims?.at(-1);
  const labels = Object.keys(config.id2label ?? {}).length;
  const classifies =
    architectures.some((name) => /For(Sequence|Token)Classification|ForQuestionAnswering|ForMultipleChoice/.test(name)) ||
    (output.dims !== undefined && output.dims.length !== 3) ||
    (size === labels && size !== config.vocab_size);
  if (classifies)
    throw new ModelError('model.classifier', {
      model: reference,
      architectures,
      axes: output.dims?.length,
    });
  return output.name;
}

function findKind(architectures: readonly string[], type: string, graph: GraphFile, hasMask: boolean): 'causal' | 'masked' {
  if (graph.inputs.some(({ name }) => isPast(name)) || graph.outputs.some(({ name }) => name.startsWith('present'))) return 'causal';
  if (architectures.some((name) => /ForCausalLM|LMHeadModel$|DoubleHeadsModel/.test(name))) return 'causal';
  if (architectures.some((name) => /ForMaskedLM|ForPreTraining/.test(name))) return 'masked';
  if (/gpt|llama|qwen|mistral|gemma|phi|opt|bloom|falcon|mpt|olmo|smollm|stablelm|codegen|granite|cohere/.test(type)) return 'causal';
  return hasMask ? 'masked' : 'causal';
}
