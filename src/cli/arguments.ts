import { parseArgs } from 'node:util';
import { MOST_THREADS } from '../model/local/threads';
import { MOST_TOKENS } from '../spec/promptLength';

export const USAGE = `RLPrompt finds the short prompt that makes a frozen language model do your task best.

  rlprompt optimize SPEC [--seed N] [--length TOKENS] [--steps N] [--budget QUERIES] [--max-minutes N] [--labels auto]
                         [--random | --no-random] [--out DIR] [--threads N] [--json] [--yes] [--allow-scripts]
  rlprompt optimize --resume DIR [--threads N] [--json] [--yes] [--allow-scripts]
  rlprompt evaluate (SPEC | DIR) --prompt TEXT [--prompt TEXT …] [--threads N] [--json] [--yes] [--allow-scripts]
  rlprompt transfer DIR --model REF [--model REF …] [--top N] [--threads N] [--json | --csv | --markdown] [--yes] [--allow-scripts]
  rlprompt apply DIR (--input TEXT [--input TEXT …] | --file DATA) [--threads N] [--json]
  rlprompt report DIR [--csv | --markdown | --html [FILE]]

  SPEC  a task spec, NAME.prompt-task.json; see examples/ and docs/task-spec.md
  DIR   the folder of a run
  REF   a task model as in a spec: bundled:masked, folder:PATH, hf:OWNER/NAME, openai:MODEL@URL; see docs/models.md

In a terminal, r and Enter end the search and rank its prompts; so does --max-minutes after that time. Ctrl-C stops a run, which can be resumed.
report --html writes one file that stands alone, to FILE or to standard output.
--labels auto searches for label words first, whatever the spec has, and compares them with those of the spec.
Random search, the control, follows unless the task model is on a server; --random and --no-random say otherwise.
apply prints the prompt that the policy of a run with "perInput" gives each input, and the template filled in.
evaluate with the folder of a run scores prompts with its label words, and keeps the scores there.
The budget of a generation task counts generations.
transfer scores a run's prompts on other task models: with --top, the best N of each search and the baselines.
--yes agrees to everything in advance: downloads, and what a server will be asked.
--allow-scripts runs the scripts that the spec names as metrics; --yes does not.
Progress goes to standard error, the ranked table (or the JSON) to standard output.
Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C with the checkpoint written.
`;

/** Wrong usage of the command line. */
export class UsageError extends Error {}

interface Common {
  readonly threads: number | undefined;
  readonly yes: boolean;
}

interface Scripted {
  readonly allowScripts?: true;
}

export type Command =
  | { readonly name: 'help' | 'version' }
  | ({
      readonly name: 'optimize';
      readonly spec: string | undefined;
      readonly resume: string | undefined;
      readonly seed: number | undefined;
      readonly length: number | undefined;
      readonly steps: number | undefined;
      readonly budget: number | undefined;
      readonly maxMinutes: number | undefined;
      /** `--labels auto` */
      readonly autoLabels: boolean;
      readonly out: string | undefined;
      /** As the spec says if undefined. */
      readonly random: boolean | undefined;
      readonly json: boolean;
    } & Common &
      Scripted)
  | ({ readonly name: 'evaluate'; readonly task: string; readonly prompts: readonly string[]; readonly json: boolean } & Common & Scripted)
  | ({
      readonly name: 'transfer';
      readonly folder: string;
      readonly models: readonly string[];
      readonly top: number | undefined;
      readonly format: Format | 'json';
    } & Common &
      Scripted)
  | ({
      readonly name: 'apply';
      readonly folder: string;
      readonly inputs: readonly string[];
      /** A data file with inputs. */
      readonly file: string | undefined;
      readonly json: boolean;
    } & Common)
  | {
      readonly name: 'report';
      readonly folder: string;
      readonly format: Format | 'html';
      /** Where to write HTML; standard output if undefined. */
      readonly file: string | undefined;
    };

type Format = 'text' | 'csv' | 'markdown';

const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'string', multiple: true } as const;
const FLAG = { type: 'boolean' } as const;
const COMMON = { threads: TEXT, json: FLAG, yes: FLAG };
const OPTIONS = {
  optimize: {
    ...COMMON,
    seed: TEXT,
    length: TEXT,
    steps: TEXT,
    budget: TEXT,
    'max-minutes': TEXT,
    out: TEXT,
    resume: TEXT,
    labels: TEXT,
    random: FLAG,
    'no-random': FLAG,
    'allow-scripts': FLAG,
  },
  evaluate: { ...COMMON, prompt: TEXTS, 'allow-scripts': FLAG },
  transfer: { ...COMMON, model: TEXTS, top: TEXT, csv: FLAG, markdown: FLAG, 'allow-scripts': FLAG },
  apply: { ...COMMON, input: TEXTS, file: TEXT },
  report: { csv: FLAG, markdown: FLAG, html: FLAG },
};

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): Command {
  const [name, ...args] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return { name: 'help' };
  if (name === '--version' || name === '-v') return { name: 'version' };
  if (!isCommand(name)) throw new UsageError(`there is no command "${name}"`);
  const { values, positionals } = parse(args, OPTIONS[name]);
  if (values.help) return { name: 'help' };
  const json = values.json === true;
  const common = { threads: whole(values.threads, 'threads', 1, MOST_THREADS), yes: values.yes === true };
  const scripted = values['allow-scripts'] === true && { allowScripts: true as const };
  switch (name) {
    case 'optimize': {
      const spec = only(positionals, 'SPEC', values.resume === undefined);
      if (values.resume !== undefined) {
        const fixed = ['seed', 'length', 'steps', 'budget', 'max-minutes', 'labels', 'out', 'random', 'no-random'].find(
          (option) => values[option] !== undefined,
        );
        if (spec !== undefined) throw new UsageError('--resume takes the task from the run: leave SPEC out');
        if (fixed !== undefined) throw new UsageError(`--resume continues a run as it started: --${fixed} cannot change it`);
      }
      if (values.labels !== undefined && values.labels !== 'auto')
        throw new UsageError(`--labels takes "auto", not ${JSON.stringify(values.labels)}: put label words into the spec`);
      if (values.random === true && values['no-random'] === true) throw new UsageError('--random or --no-random, not both');
      return {
        name,
        spec,
        resume: values.resume as string | undefined,
        seed: whole(values.seed, 'seed', 0, 0x7fffffff),
        length: whole(values.length, 'length', 1, MOST_TOKENS),
        steps: whole(values.steps, 'steps', 1),
        budget: whole(values.budget, 'budget', 1),
        maxMinutes: whole(values['max-minutes'], 'max-minutes', 1),
        autoLabels: values.labels === 'auto',
        out: values.out as string | undefined,
        random: values.random === true ? true : values['no-random'] === true ? false : undefined,
        json,
        ...scripted,
        ...common,
      };
    }
    case 'evaluate': {
      const task = only(positionals, 'SPEC or DIR', true)!;
      if (values.prompt === undefined) throw new UsageError('evaluate needs at least one --prompt TEXT');
      return { name, task, prompts: values.prompt as string[], json, ...scripted, ...common };
    }
    case 'transfer': {
      const folder = only(positionals, 'DIR', true)!;
      if (values.model === undefined) throw new UsageError('transfer needs at least one --model REF');
      const models = [...new Set(values.model as string[])];
      return {
        name,
        folder,
        models,
        top: whole(values.top, 'top', 1),
        format: format(values, ['json', 'csv', 'markdown']),
        ...scripted,
        ...common,
      };
    }
    case 'apply': {
      const folder = only(positionals, 'DIR', true)!;
      const inputs = (values.input ?? []) as string[];
      const file = values.file as string | undefined;
      if (inputs.length > 0 === (file !== undefined)) throw new UsageError('apply needs --input TEXT or --file DATA, not both');
      if (inputs.some((input) => input.trim() === '')) throw new UsageError('--input takes a text that is not empty');
      return { name, folder, inputs, file, json, ...common };
    }
    case 'report': {
      const chosen = format(values, ['csv', 'markdown', 'html']);
      const [folder, ...files] = positionals;
      if (files.length > 0 && chosen !== 'html') only(positionals, 'DIR', true);
      return { name, folder: only(folder === undefined ? [] : [folder], 'DIR', true)!, format: chosen, file: only(files, 'FILE', false) };
    }
  }
}

function isCommand(name: string): name is keyof typeof OPTIONS {
  return Object.hasOwn(OPTIONS, name);
}

type Options = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;

function parse(
  args: string[],
  options: Options,
): { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] } {
  try {
    return parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

/** The one format that the options name, or text. */
function format<F extends string>(values: Record<string, unknown>, formats: readonly F[]): F | 'text' {
  const asked = formats.filter((name) => values[name] === true);
  if (asked.length > 1)
    throw new UsageError(`${asked.map((name) => `--${name}`).join(' or ')}, not ${asked.length === 2 ? 'both' : 'all'}`);
  return asked[0] ?? 'text';
}

function only(positionals: readonly string[], what: string, required: boolean): string | undefined {
  if (positionals.length > 1) throw new UsageError(`one ${what} at a time, not ${positionals.length}: ${positionals.join(' ')}`);
  if (positionals.length === 0 && required) throw new UsageError(`${what} is missing`);
  return positionals[0];
}

function whole(text: unknown, option: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  if (text === undefined) return undefined;
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
    throw new UsageError(`--${option} takes a whole number ${range}, not ${JSON.stringify(text)}`);
  }
  return value;
}
