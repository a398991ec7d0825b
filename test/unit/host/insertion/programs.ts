import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';

/** Code whose value should be `text`. */
export interface Expression {
  readonly code: string;
  readonly text: string;
}

/** A language whose tool is used to find what code evaluates to. */
export interface Program {
  readonly languageId: string;
  /** Whether the tool is on this machine. */
  readonly available: boolean;
  /** Whether strings are UTF-8 and so hold no lone surrogates. */
  readonly utf8: boolean;
  /** The texts that the expressions evaluate to, by one process. */
  readonly evaluate: (declarations: readonly string[], expressions: readonly Expression[]) => string[];
}

function has(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Writes a file into a temporary folder and passes both on; deletes the folder afterwards. */
function inFolder<T>(name: string, source: string, use: (folder: string, file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-insertion-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, source);
    return use(folder, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program's standard output. @throws Error with its standard error when it fails */
function output(command: string, args: readonly string[] = [], { env = {}, input = '' } = {}): Buffer {
  return execFileSync(command, args, { maxBuffer: 1 << 26, timeout: 150_000, input, env: { ...process.env, ...env } });
}

/** One line of hexadecimal digits for each text. */
function fromHex(hexadecimal: Buffer, encoding: 'utf8' | 'utf16be'): string[] {
  const lines = hexadecimal.toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => {
    const bytes = Buffer.from(line.trim(), 'hex');
    if (encoding === 'utf16be') return bytes.swap16().toString('utf16le');
    // Fatal: a wrong byte must not pass as U+FFFD.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  });
}

function script(declarations: readonly string[], expressions: readonly Expression[]): string {
  return `${declarations.join('\n')}\n[\n${expressions.map(({ code }) => code).join(',\n')}\n]`;
}

const javascript = (languageId: string): Program => ({
  languageId,
  available: true,
  utf8: false,
  evaluate: (declarations, expressions) => [...(runInNewContext(script(declarations, expressions)) as string[])],
});

const typescript: Program = {
  languageId: 'typescript',
  available: true,
  utf8: false,
  evaluate: (declarations, expressions) => {
    const { outputText, diagnostics } = ts.transpileModule(script(declarations, expressions), {
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2022 },
    });
    if (diagnostics?.length) throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0]!.messageText, '\n'));
    return [...(runInNewContext(outputText) as string[])];
  },
};

const python: Program = {
  languageId: 'python',
  available: has('python3', '--version'),
  utf8: false,
  evaluate: (declarations, expressions) => {
    const lines = expressions.map(({ code }) => `print((${code}).encode('utf-16-be', 'surrogatepass').hex())`);
    return inFolder('texts.py', [...declarations, ...lines].join('\n'), (_, file) =>
      fromHex(output('python3', ['-W', 'error', file]), 'utf16be'),
    );
  },
};

const java: Program = {
  languageId: 'java',
  available: has('java', '-version') && has('javac', '-version'),
  utf8: false,
  evaluate: (declarations, expressions) => {
    const source = `class Texts {
  static void p(String text) {
    StringBuilder line = new StringBuilder();
    for (char unit : text.toCharArray()) line.append(String.format("%04x", (int) unit));
    System.out.println(line);
  }
  ${declarations.join('\n')}
  public static void main(String[] arguments) {
    ${expressions.map(({ code }) => `p(${code});`).join('\n')}
  }
}`;
    // Read as ASCII: the literals must not depend on how the compiler reads the file.
    return inFolder('Texts.java', source, (_, file) => fromHex(output('java', ['-Dfile.encoding=US-ASCII', file]), 'utf16be'));
  },
};

const go: Program = {
  languageId: 'go',
  available: has('go', 'version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const source = `package main
import "os"
func p(text string) {
	const digits = "0123456789abcdef"
	line := []byte{}
	for i := 0; i < len(text); i++ {
		line = append(line, digits[text[i]>>4], digits[text[i]&15])
	}
	os.Stdout.Write(append(line, '\\n'))
}
${declarations.join('\n')}
func main() {
${expressions.map(({ code }) => `p(${code})`).join('\n')}
}
`;
    const GOCACHE = join(tmpdir(), 'rlprompt-go-cache');
    mkdirSync(GOCACHE, { recursive: true });
    const env = { GOCACHE, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', GO111MODULE: 'off' };
    return inFolder('texts.go', source, (_, file) => fromHex(output('go', ['run', file], { env }), 'utf8'));
  },
};

const rust: Program = {
  languageId: 'rust',
  available: has('rustc', '--version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const source = `fn p<S: AsRef<str>>(text: S) {
    let line: String = text.as_ref().bytes().map(|byte| format!("{:02x}", byte)).collect();
    println!("{}", line);
}
${declarations.join('\n')}
fn main() {
${expressions.map(({ code }) => `p(${code});`).join('\n')}
}
`;
    return inFolder('texts.rs', source, (folder, file) => {
      const program = join(folder, 'texts');
      output('rustc', ['--edition', '2021', '-C', 'debuginfo=0', '-o', program, file]);
      return fromHex(output(program), 'utf8');
    });
  },
};

const PRINT_BYTES = `static void p(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) printf("%02x", (unsigned char)text[i]);
  printf("\\n");
}
`;

/** Strict standards, so that trigraphs are read. */
const c: Program = {
  languageId: 'c',
  available: has('gcc', '--version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const lines = expressions.map(({ code }) => `p(${code}, sizeof(${code}) - 1);`);
    const source = `#include <stdio.h>
#include <stdlib.h>
${PRINT_BYTES}${declarations.join('\n')}
int main(void) {
${lines.join('\n')}
return 0;
}
`;
    return inFolder('texts.c', source, (folder, file) => {
      const program = join(folder, 'texts');
      output('gcc', ['-std=c11', '-Wall', '-Wno-comment', '-Werror', '-o', program, file]);
      return fromHex(output(program), 'utf8');
    });
  },
};

const cpp: Program = {
  languageId: 'cpp',
  available: has('g++', '--version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const source = `#include <cstdio>
#include <string>
${PRINT_BYTES}static void p(const std::string &text) { p(text.data(), text.size()); }
template <size_t size> static void p(const char (&text)[size]) { p(text, size - 1); }
${declarations.join('\n')}
int main() {
${expressions.map(({ code }) => `p(${code});`).join('\n')}
}
`;
    return inFolder('texts.cpp', source, (folder, file) => {
      const program = join(folder, 'texts');
      output('g++', ['-std=c++14', '-Wall', '-Wno-comment', '-Werror', '-o', program, file]);
      return fromHex(output(program), 'utf8');
    });
  },
};

const php: Program = {
  languageId: 'php',
  available: has('php', '--version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const lines = expressions.map(({ code }) => `echo bin2hex(${code}), "\\n";`);
    return inFolder('texts.php', ['<?php', ...declarations, ...lines].join('\n'), (_, file) =>
      fromHex(output('php', ['-n', '-d', 'error_reporting=-1', '-d', 'display_errors=stderr', file]), 'utf8'),
    );
  },
};

const ruby: Program = {
  languageId: 'ruby',
  available: has('ruby', '--version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const lines = expressions.map(({ code }) => `puts((${code}).unpack1("H*"))`);
    // The first line is where Ruby looks for a file's encoding.
    return inFolder('texts.rb', [...declarations, ...lines].join('\n'), (_, file) => fromHex(output('ruby', [file]), 'utf8'));
  },
};

const shell: Program = {
  languageId: 'shellscript',
  available: has('bash', '--version'),
  utf8: true,
  evaluate: (declarations, expressions) => {
    const lines = expressions.map(({ code }) => `printf '%s' ${code}; printf '\\0'`);
    const env = { LC_ALL: 'C' };
    return inFolder('texts.sh', [...declarations, ...lines].join('\n'), (_, file) => {
      const printed = output('bash', ['--norc', file], { env });
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(printed).split('\0').slice(0, -1);
    });
  },
};

export const PROGRAMS: readonly Program[] = [
  javascript('javascript'),
  javascript('vue'),
  typescript,
  python,
  java,
  go,
  rust,
  c,
  cpp,
  php,
  ruby,
  shell,
];

/** Values of `key`s in documents of a data language, read by Python. */
export function readByPython(imports: string, load: string, documents: readonly string[]): unknown[] {
  const program = `import sys, json
${imports}
sys.stdout.write(json.dumps([${load} for text in json.load(sys.stdin)]))`;
  const printed = output('python3', ['-c', program], { input: JSON.stringify(documents) });
  return JSON.parse(printed.toString()) as unknown[];
}

export function pythonHas(module: string): boolean {
  return has('python3', '-c', `import ${module}`);
}
