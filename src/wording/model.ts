import { count } from './numbers';

interface OfModel {
  /** The reference in the spec. */
  readonly model: string;
}
interface OfFile {
  readonly file: string;
}
interface OfWeights extends OfFile {
  readonly weights: string;
  readonly folder: string;
}

const list = (files: readonly string[]): string => files.slice(0, 8).join(', ') + (files.length > 8 ? ` and ${files.length - 8} more` : '');

const TAKE_HEAD =
  'Use the model with its language-modeling head: optimum-cli export onnx --task fill-mask (masked) or text-generation-with-past (causal)';

/** Messages of `model/`: `'model.code': (arguments) => text`. */
export const modelWording = {
  'model.templateNeedsMask': ({ model, template }: { model: string; template: string }) => ({
    message: `${model} is a masked model: its template needs {mask} where the label word goes`,
    found: JSON.stringify(template),
    expected: 'for example "{input} {prompt} {mask} ."',
  }),
  'model.requestTooLong': ({ model, context, answer }: OfModel & { context: number; answer: number }) =>
    `the request does not fit: of the ${count(context)} tokens that ${model} can read, ${count(answer)} are for the answer. Use a model with a longer context`,
  'model.maskAdded': ({ template }: { template: string }) => `a masked model needs {mask}, so the template became "${template}"`,

  // Chat templates
  'model.noChatTemplate': ({ model }: OfModel) => ({
    message: `the template is a list of messages, but ${model} has no chat template to turn them into text`,
    found: 'no chat_template.jinja, and no "chat_template" in tokenizer_config.json',
    expected: 'a chat model, or a template that is one text, such as "{input} {prompt}"',
  }),
  'model.chatFails': ({ model, problem }: OfModel & { problem: string }) => ({
    message: `the chat template of ${model} rejects these messages: ${problem}`,
    expected: 'messages that the model was trained on; its model card shows them',
  }),
  'model.chatTemplateUnusable': ({ reason }: { reason: string }) => `the template cannot be read as Jinja: ${reason}`,
  'model.chatTemplateNames': ({ names }: { names: readonly string[] }) =>
    `of the templates ${names.map((name) => `"${name}"`).join(', ')}, none is "default"`,
  'model.chatRefused': ({ reason }: { reason: string }) => `it says: ${reason}`,
  'model.chatRepeats': ({ name, times }: { name: string; times: number }) =>
    times === 0 ? `it drops the message with {${name}}` : `it writes {${name}} ${times} times`,

  // Where a model is
  'model.unknownReference': ({ model }: OfModel) =>
    `"${model}" does not name a model that this version can read. Write bundled:causal, bundled:masked, folder:PATH for your own model, or hf:OWNER/NAME for one on the Hugging Face hub; as "taskModel" also openai:MODEL@URL for one on an inference server, or vscode-lm:VENDOR/FAMILY for one of VS Code's.`,
  'model.unknownBundled': ({ name }: { name: string }) =>
    `There is no bundled model "${name}". The bundled models are bundled:causal and bundled:masked.`,
  'model.bundledMissing': () => 'The folder "models" with the bundled models is missing; install the package again.',
  'model.notCached': ({ model }: OfModel) =>
    `The model ${model} is not in the cache yet. A run downloads it once you agree: on a terminal it asks (or --yes), in VS Code a dialog does.`,
  'model.noFolder': ({ model, folder }: OfModel & { folder: string }) =>
    `There is no folder ${folder}, which the model ${model} names. A path is relative to the task spec; write folder:PATH or folder:PATH#onnx/FILE.onnx.`,

  // Its files
  'model.unreadable': ({ file, reason }: OfFile & { reason: string }) => `${file} cannot be read: ${reason}.`,
  'model.notJson': ({ file, reason }: OfFile & { reason: string }) => `${file} is not valid JSON: ${reason}. Copy or download it again.`,
  'model.noConfig': ({ model, folder }: OfModel & { folder: string }) =>
    `The model ${model} has no config.json in ${folder}. A model folder holds config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx, as on the Hugging Face hub.`,
  'model.noOnnx': ({ model, commands }: OfModel & { commands: string }) =>
    `The model ${model} has no ONNX file, neither in its folder nor in its folder onnx. Export it once in Python: ${commands}.`,
  'model.severalOnnx': ({ model, files }: OfModel & { files: readonly string[] }) =>
    `The model ${model} has several ONNX files, and no name says which one to use: ${list(files)}. Name one, such as ${model}#${files[0]}.`,
  'model.noSuchOnnx': ({ model, file, files }: OfModel & OfFile & { files: readonly string[] }) =>
    `The model ${model} has no file ${file}. ${files.length > 0 ? `Its ONNX files are ${list(files)}.` : 'It has no ONNX file at all.'}`,
  'model.lfsPointer': ({ file }: OfFile) => `${file} is a Git LFS pointer, not the model itself. Run "git lfs pull" in its folder.`,
  'model.notOnnx': ({ file, bytes }: OfFile & { bytes: number }) =>
    `${file} is not an ONNX model, or only part of one (${bytes} bytes). Copy or download it again.`,
  'model.noBranch': ({ file, input }: OfFile & { input: string }) =>
    `${file} has the input "${input}", but no If node that reads it. Export the model again with optimum-cli.`,
  'model.weightsOutside': ({ file, weights }: OfFile & { weights: string }) =>
    `${file} keeps weights in ${weights}, outside its folder; such a model is not opened.`,
  'model.weightsMissing': ({ file, weights, folder }: OfWeights) =>
    `${file} keeps its weights in ${weights}, which is not beside it. Copy that file to ${folder} too.`,
  'model.weightsOnDrives': ({ file, weights, folder }: OfWeights) =>
    `${file} keeps its weights on several drives (${weights}). Copy them all to ${folder}.`,
  'model.noTokenizer': ({ file }: OfFile) =>
    `${file} does not exist. Write it once in Python: AutoTokenizer.from_pretrained(NAME).save_pretrained(FOLDER).`,
  'model.tokenizerUnusable': ({ file, reason }: OfFile & { reason: string }) =>
    `${file} describes a tokenizer that cannot be used here: ${reason}.`,
  'model.tokenizerInside': () => 'tokenizer.json puts special tokens into a text, not around it; such a tokenizer is not supported.',
  'model.noMaskToken': ({ model }: OfModel) =>
    `The tokenizer of ${model} has no mask token, and a masked model answers at its mask. Name it in tokenizer_config.json ("mask_token": "[MASK]"), or use a causal model.`,

  // What it is
  'model.encoderDecoder': ({ model, type }: OfModel & { type: string }) =>
    `The model ${model} is an encoder–decoder model (${type}); use a masked model such as RoBERTa or a causal one such as GPT-2.`,
  'model.noLogits': ({ model, outputs }: OfModel & { outputs: readonly string[] }) =>
    `The graph of ${model} outputs ${outputs.join(', ')} and no logits over words: it was exported without its head. ${TAKE_HEAD}.`,
  'model.classifier': ({ model, architectures, axes }: OfModel & { architectures: readonly string[]; axes: number | undefined }) =>
    `The model ${model} is a classifier (${architectures.join(', ') || `its logits have ${axes} axes`}): it scores its own classes, not words. ${TAKE_HEAD}.`,
  'model.unknownInput': ({ model, file, inputs, known }: OfModel & OfFile & { inputs: readonly string[]; known: readonly string[] }) =>
    `The graph of ${model} (${file}) asks for ${inputs.map((name) => `"${name}"`).join(', ')}: ${explainInput(inputs[0]!, known)}.`,
  'model.noPastSizes': ({ model, input, dims }: OfModel & { input: string; dims: string }) =>
    `The graph of ${model} does not say what size its KV cache has (${input}: ${dims}). Export it again with optimum-cli, or use a file without past, such as decoder_model.onnx.`,
  'model.policyElsewhere': ({ scheme }: { scheme: string }) =>
    `The policy needs a model whose states can be read, and servers do not send them. Set "policyModel" to a model that runs here, such as bundled:causal; ${scheme}: is for "taskModel".`,

  'model.noStates': ({ model, file }: { model: string; file: string }) =>
    `No output head can be recognized in ${file} of ${model}, so its states cannot be read. Use another file of it (fp32 or fp16), or another model.`,
  'model.cannotGenerate': ({ model }: OfModel) =>
    `The model ${model} is a masked model, which fills in one word and cannot write a text. Use a causal model or a server for "kind": "generation".`,

  // How long a text may be
  'model.tooLong': ({ tokens, context, room }: { tokens: number; context: number; room: number }) =>
    `A text with its template and prompt is ${tokens} tokens long, and the model's context holds ${context}: the prompt is longer than the ${room} tokens reserved for it. Use a shorter prompt.`,
  'model.noRoom': ({ context, room }: { context: number; room: number }) =>
    `The template with a prompt of ${room} tokens leaves no room for the text: the model's context holds ${context} tokens. Shorten the template or the prompts.`,

  'model.textsCut': ({ split, cut, of, context }: { split: string; cut: number; of: number; context: number | undefined }) =>
    `${split}: ${cut} of ${of} texts were cut to fit the model's context of ${context} tokens`,

  // ONNX Runtime
  'model.operator': ({ model, operator }: OfModel & { operator: string }) =>
    `The model ${model} uses the operator ${operator}, which ONNX Runtime cannot run here. Choose another file of the model (FOLDER#onnx/model.onnx, say), or export it again with a current optimum-cli.`,
  'model.memory': ({ model }: OfModel) =>
    `There is not enough memory for the model ${model}. Close other programs, choose a smaller or a quantized file of it (FOLDER#onnx/model_quantized.onnx, say), or a smaller model.`,
  'model.newerRuntime': ({ model, version }: OfModel & { version: string }) =>
    `The model ${model} was written for a newer ONNX Runtime than this one (${version}). Export it again with --opset 18, or update the extension.`,
  'model.outOfBounds': ({ model, reason }: OfModel & { reason: string }) =>
    `The model ${model} was given a token or a position that it does not have: do tokenizer.json and config.json belong to this ONNX file? (${reason})`,
  'model.runtime': ({ model, reason }: OfModel & { reason: string }) => `ONNX Runtime cannot run the model ${model}: ${reason}`,

  // Notes on what is slower
  'model.wholeHead': ({ model }: OfModel) =>
    `${model}: the output head of its graph cannot be narrowed to the label words, so each score computes the whole vocabulary, which is slower`,
  'model.oneByOne': ({ model }: OfModel) =>
    `${model}: its activations are quantized by the range of all tokens of a run, so rows are scored one at a time, which is slower on long runs than a file in fp32, fp16 or q4`,
  'model.noPastToWrite': ({ model }: OfModel) =>
    `${model}: its graph cannot continue from a KV cache, so each token of a text reads the whole text again; an export with past (optimum-cli --task text-generation-with-past) is faster`,
  'model.noPast': ({ model }: OfModel) =>
    `${model}: its graph cannot continue from a KV cache, so each prompt reads every text again; an export with past (optimum-cli --task text-generation-with-past) is faster`,
};

function explainInput(name: string, known: readonly string[]): string {
  if (/^encoder_|^decoder_/.test(name)) return 'it is one half of an encoder–decoder model; use a masked or a causal model';
  if (name === 'pixel_values' || name === 'input_features' || name === 'inputs_embeds')
    return 'it does not read text. Use a masked or causal language model, exported whole';
  return `a language model takes ${known.join(', ')} and past_key_values. Export it again with optimum-cli`;
}
