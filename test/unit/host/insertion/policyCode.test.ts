import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { policyCode } from '../../../../src/host/insertion/policyCode';
import type { FoundPrompt } from '../../../../src/host/insertion/found';

const FOUND: FoundPrompt = {
  prompt: '',
  origin: 'none',
  template: '{input} {prompt}',
  parts: [],
  taskName: 'movie reviews',
  taskModel: 'bundled:causal',
  given: [{ prompt: 'rather "plain"\\ plot' }, { prompt: 'line\nbreak' }, { prompt: 'it’s' }],
  runFolder: "/home/it's me/.rlprompt/runs/20261126-one-seed0",
  created: '2026-11-26T00:00:00Z',
};
const prompts = FOUND.given!.map(({ prompt }) => prompt);

function code(form: 'prompts' | 'call', language: string): string {
  return policyCode(FOUND, form, language, '    ').join('\n');
}

it('a list holds the prompts exactly', () => {
  const script = `${code('prompts', 'javascript')}\nconsole.log(JSON.stringify(movieReviewsPrompts));`;
  expect(JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }))).toEqual(prompts);
  expect(JSON.parse(code('prompts', 'json'))).toEqual(prompts);
  const python = `${code('prompts', 'python')}\nimport json\nprint(json.dumps(movie_reviews_prompts))`;
  expect(JSON.parse(execFileSync('python3', ['-c', python], { encoding: 'utf8' }))).toEqual(prompts);
});

it('a call asks the policy of the run for the prompt of a text', () => {
  const calls = `
import subprocess
def run(command, **_):
    print(repr(command))
    return type("Done", (), {"stdout": '{"inputs": [{"prompt": "p"}]}'})
subprocess.run = run
print(movie_reviews_prompt("-- a text"))`;
  const said = execFileSync('python3', ['-c', code('call', 'python') + calls], { encoding: 'utf8' });
  expect(said).toBe(`['npx', 'rlprompt', 'apply', "${FOUND.runFolder}", '--input=-- a text', '--json']\n{'prompt': 'p'}\n`);
  expect(code('call', 'typescript')).toContain('async function movieReviewsPrompt(text: string) {');
  expect(code('call', 'javascript')).toContain(`"apply", ${JSON.stringify(FOUND.runFolder)}, "--input=" + text, "--json"`);
  const shell = `npx() { printf '%s\\n' "$@"; }\nset -- "a  text"\n${code('call', 'shellscript')}`;
  expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).split('\n').slice(0, 5)).toEqual([
    'rlprompt',
    'apply',
    FOUND.runFolder,
    '--input=a  text',
    '--json',
  ]);
});

it('other languages have no call', () => {
  expect(() => code('call', 'go')).toThrow(InsertionError);
});
