/**
 * Reads a string literal by the rules of a language's specification, for languages whose tools few machines have. Independent
 * of the code under test: this decodes, that encodes.
 */
interface Rules {
  /** Escapes of one character. */
  readonly simple: Readonly<Record<string, string>>;
  /** Other escapes, sticky, after the backslash; the digits are the first group. */
  readonly coded: readonly RegExp[];
  /** What a literal may not contain unescaped. */
  readonly forbidden: RegExp;
}

const RULES: Readonly<Record<'csharp' | 'kotlin' | 'swift', Rules>> = {
  // C# language specification, 6.4.5.6.
  csharp: {
    simple: { "'": "'", '"': '"', '\\': '\\', 0: '\0', a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
    coded: [/x([0-9a-fA-F]{1,4})/y, /u([0-9a-fA-F]{4})/y, /U([0-9a-fA-F]{8})/y],
    forbidden: /[\r\n\x85\u2028\u2029]/,
  },
  // Kotlin specification, grammar of string literals; a `$` before a name or a brace is a template.
  kotlin: {
    simple: { t: '\t', b: '\b', r: '\r', n: '\n', "'": "'", '"': '"', '\\': '\\', $: '$' },
    coded: [/u([0-9a-fA-F]{4})/y],
    forbidden: /[\r\n]|\$[\p{L}_{`]/u,
  },
  // The Swift Programming Language, lexical structure.
  swift: {
    simple: { 0: '\0', '\\': '\\', t: '\t', n: '\n', r: '\r', '"': '"', "'": "'" },
    coded: [/u\{([0-9a-fA-F]{1,8})\}/y],
    forbidden: /[\r\n\0]/,
  },
};

/** The text of the literal that begins at `at`, and where it ends. @throws Error if the language does not allow it */
export function readLiteral(code: string, language: keyof typeof RULES, at = 0): { text: string; end: number } {
  const { simple, coded, forbidden } = RULES[language];
  if (code[at] !== '"') throw new Error(`no literal at ${at}: ${code}`);
  let text = '';
  let bare = '';
  for (let i = at + 1; i < code.length;) {
    const character = code[i]!;
    if (character === '"') {
      if (forbidden.test(bare)) throw new Error(`${JSON.stringify(bare)} in a literal`);
      return { text, end: i + 1 };
    }
    if (character !== '\\') {
      text += character;
      bare += character;
      i++;
      continue;
    }
    const next = code[i + 1]!;
    const match = coded.map((pattern) => ((pattern.lastIndex = i + 1), pattern.exec(code))).find((found) => found !== null);
    if (match) {
      text += String.fromCodePoint(parseInt(match[1]!, 16));
      i += 1 + match[0].length;
    } else if (Object.hasOwn(simple, next)) {
      text += simple[next]!;
      i += 2;
    } else throw new Error(`no escape: \\${next}`);
    bare += ' ';
  }
  throw new Error(`the literal has no end: ${code}`);
}

/** The value of `"…" + text + "…"`. */
export function readSum(code: string, language: keyof typeof RULES, input: string): string {
  let value = '';
  for (let at = 0; ;) {
    if (code.startsWith('text', at)) {
      value += input;
      at += 4;
    } else {
      const { text, end } = readLiteral(code, language, at);
      value += text;
      at = end;
    }
    if (at === code.length) return value;
    if (!code.startsWith(' + ', at)) throw new Error(`no sum: ${code.slice(at)}`);
    at += 3;
  }
}
