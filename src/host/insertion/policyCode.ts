import type { FoundPrompt } from './found';
import { identifier, marker, oneLine } from './functions';
import { InsertionError } from './insertionError';
import { languageOf } from './languages';
import { literal } from './literal';
import { QUOTING } from './quoting';

/** The forms in which the policy of a run is inserted. */
type PolicyForm = 'prompts' | 'call';

/**
 * The lines of code that use a policy with a prompt for each input: a list of the prompts that it gave, the most frequent
 * first, or a function that asks it for the prompt of a text.
 * @throws InsertionError when the language has no such form
 */
export function policyCode(found: FoundPrompt, form: PolicyForm, languageId: string, unit: string): string[] {
  const lines = form === 'prompts' ? promptList(found, languageId) : policyCall(found, languageId);
  return lines.map((line) => line.replace(/^\t+/, (tabs) => unit.repeat(tabs.length)));
}

function promptList(found: FoundPrompt, languageId: string): string[] {
  const { given = [], taskName } = found;
  const quote = (text: string): string => literal(text, languageId);
  const quoting = languageOf(languageId)?.quoting;
  const about = `Prompts that a policy gave to held-out inputs of the task '${oneLine(taskName)}', the most frequent first. ${marker(found)}`;
  const items = given.map(({ prompt }, i) => `\t${quote(prompt)}${i === given.length - 1 ? '' : ','}`);
  if (quoting === QUOTING.python) return [`# ${about}`, `${identifier(taskName, 'snake', 'prompts')} = [`, ...items, ']'];
  if (quoting === QUOTING.javascript) return [`// ${about}`, `const ${identifier(taskName, 'camel', 'prompts')} = [`, ...items, '];'];
  if (quoting === QUOTING.json || quoting === QUOTING.yaml) return ['[', ...items, ']'];
  return given.map(({ prompt }) => quote(prompt));
}

function policyCall(found: FoundPrompt, languageId: string): string[] {
  const { taskName, runFolder } = found;
  const folder = literal(runFolder, languageId);
  const about = `The prompt for a text of the task '${oneLine(taskName)}' ("prompt"), and the template filled in ("filled").`;
  switch (languageOf(languageId)?.quoting) {
    case QUOTING.python:
      return [
        `def ${identifier(taskName, 'snake', 'prompt')}(text: str) -> dict:`,
        `\t"""${about.replaceAll('"', "'")}`,
        '',
        `\t${marker(found)}`,
        '\t"""',
        '\timport json',
        '\timport subprocess',
        '',
        `\tcommand = ["npx", "rlprompt", "apply", ${folder}, "--input=" + text, "--json"]`,
        '\tdone = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)',
        '\treturn json.loads(done.stdout)["inputs"][0]',
      ];
    case QUOTING.javascript:
      return [
        '/**',
        ` * ${about}`,
        ` * ${marker(found)}`,
        ' */',
        `async function ${identifier(taskName, 'camel', 'prompt')}(text${/^(ts|tsx|typescript)/.test(languageId) ? ': string' : ''}) {`,
        '\tconst { execFile } = await import("node:child_process");',
        '\tconst { promisify } = await import("node:util");',
        `\tconst { stdout } = await promisify(execFile)("npx", ["rlprompt", "apply", ${folder}, "--input=" + text, "--json"]);`,
        '\treturn JSON.parse(stdout).inputs[0];',
        '}',
      ];
    case QUOTING.shellscript:
      return [`# ${about}`, `npx rlprompt apply ${folder} --input="$1" --json`];
    default:
      throw new InsertionError('noPolicyCall', languageId);
  }
}
