const MESSAGES = {
  loneSurrogate: 'The prompt has half of a surrogate pair (U+{0}), which a string in {1} cannot hold because it is UTF-8.',
  nul: 'The prompt has a NUL character, which no string of a shell can hold.',
  cannotHold:
    'The cursor is in {0}, which cannot hold {1}, and the prompt has one. Put the cursor outside the string, or use a string with escapes.',
  notAscii: 'The cursor is in {0}, which cannot hold the characters beyond ASCII that the prompt has.',
  noFunction: 'There is no function form for the language “{0}”. Insert the prompt as a string, or set the language of the file.',
  insideString: 'The cursor is inside a string. Put it where a function can be, or insert the prompt as a string.',
  template: 'There is no function for the template “{0}”: {1}.',
  noMaskToken:
    "There is no function for this prompt yet: its model's mask token is known once the run has ended. Insert the prompt as a string until then.",
  noPolicyCall:
    'There is no call of a policy for the language “{0}”. It can be inserted into Python, TypeScript, JavaScript and shell scripts.',
  noClassifierLanguage: 'There is no classifier for the language “{0}”. It can be inserted into Python, TypeScript and JavaScript.',
  noClassifierModel:
    'There is no classifier for {0}: code cannot call this model as the run did. Insert the prompt as a function or as a string.',
  noRoundTrip: 'There is no classifier for this prompt: as text it gives other tokens than those that were scored.',
  patternPython: 'There is no classifier in Python for the answer pattern {0}, which Python reads in another way. TypeScript can have one.',
  noGraphName: '@huggingface/transformers cannot load {0}. Python can have a classifier for this model.',
} as const;

/** Why a prompt cannot be inserted, in words for the user. */
export class InsertionError extends Error {
  override readonly name = 'InsertionError';
  readonly template: string;
  readonly args: readonly string[];

  constructor(
    readonly code: keyof typeof MESSAGES,
    ...args: string[]
  ) {
    super(MESSAGES[code].replace(/\{(\d)\}/g, (_, i: string) => args[Number(i)]!));
    this.template = MESSAGES[code];
    this.args = args;
  }
}
