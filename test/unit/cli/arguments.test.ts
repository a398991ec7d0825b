import { describe, expect, it } from 'vitest';
import { parseCommand, USAGE, UsageError } from '../../../src/cli/arguments';

const OPTIMIZE = {
  name: 'optimize',
  spec: undefined,
  resume: undefined,
  seed: undefined,
  length: undefined,
  steps: undefined,
  budget: undefined,
  autoLabels: false,
  out: undefined,
  random: undefined,
  threads: undefined,
  json: false,
  yes: false,
};

/** A command line without quotes in it. */
function parse(line: string): ReturnType<typeof parseCommand> {
  return parseCommand(line === '' ? [] : line.split(' '));
}

describe('help and version', () => {
  it.each([
    '',
    'help',
    '--help',
    '-h',
    'optimize --help',
    'optimize -h',
    'optimize task.json --help',
    'evaluate -h',
    'report --help',
    'transfer -h',
  ])('"%s" asks for help', (line) => {
    expect(parse(line)).toEqual({ name: 'help' });
  });

  it.each(['--version', '-v'])('"%s" asks for the version', (line) => {
    expect(parse(line)).toEqual({ name: 'version' });
  });

  it('the usage names every command and option', () => {
    const names = [
      'optimize',
      'evaluate',
      'report',
      '--seed',
      '--length',
      '--steps',
      '--budget',
      '--out',
      '--random',
      '--no-random',
      '--threads',
      '--json',
    ];
    for (const name of [...names, '--resume', '--prompt', '--csv', '--markdown', 'transfer', '--model', '--top', '--yes'])
      expect(USAGE).toContain(name);
  });
});

describe('optimize', () => {
  it('a spec alone', () => {
    expect(parse('optimize a.prompt-task.json')).toEqual({ ...OPTIMIZE, spec: 'a.prompt-task.json' });
  });

  it('random search if it is asked for', () => {
    expect(parse('optimize a.json --random')).toEqual({ ...OPTIMIZE, spec: 'a.json', random: true });
  });

  it('every option, before or after the spec', () => {
    const expected = {
      name: 'optimize',
      spec: 'a.json',
      resume: undefined,
      seed: 3,
      length: 3,
      steps: 40,
      budget: 9000,
      autoLabels: true,
      out: 'runs/a',
      random: false,
      threads: 2,
      json: true,
      yes: true,
    };
    expect(
      parse('optimize a.json --seed 3 --length 3 --steps 40 --budget 9000 --labels auto --out runs/a --no-random --threads 2 --json --yes'),
    ).toEqual(expected);
    expect(
      parse('optimize --yes --json --threads=2 --no-random --out=runs/a --labels=auto --budget=9000 --steps=40 --length=3 --seed=3 a.json'),
    ).toEqual(expected);
  });

  it('the least values', () => {
    expect(parse('optimize a.json --seed 0 --steps 1 --budget 1 --threads 1')).toMatchObject({ seed: 0, steps: 1, budget: 1, threads: 1 });
  });

  it('takes 256 threads at most', () => {
    expect(parse('optimize a.json --threads 256')).toMatchObject({ threads: 256 });
  });

  it('--resume needs no spec, and takes threads and json', () => {
    expect(parse('optimize --resume runs/a')).toEqual({ ...OPTIMIZE, resume: 'runs/a' });
    expect(parse('optimize --resume runs/a --threads 3 --json')).toEqual({ ...OPTIMIZE, resume: 'runs/a', threads: 3, json: true });
  });

  it('a spec whose name starts with a dash, behind --', () => {
    expect(parse('optimize --json -- --odd.json')).toEqual({ ...OPTIMIZE, spec: '--odd.json', json: true });
  });
});

it('scripts run by --allow-scripts alone', () => {
  expect(parseCommand(['optimize', 'a.json', '--yes'])).not.toHaveProperty('allowScripts');
  expect(parseCommand(['optimize', 'a.json', '--allow-scripts'])).toMatchObject({ allowScripts: true, yes: false });
  expect(parseCommand(['optimize', '--resume', 'run', '--allow-scripts'])).toMatchObject({ allowScripts: true });
  expect(parseCommand(['evaluate', 'a.json', '--prompt', 'a', '--allow-scripts'])).toMatchObject({ allowScripts: true });
});

describe('evaluate', () => {
  it('one prompt, several, and the empty one', () => {
    expect(parseCommand(['evaluate', 'a.json', '--prompt', ' It was'])).toEqual({
      name: 'evaluate',
      task: 'a.json',
      prompts: [' It was'],
      threads: undefined,
      json: false,
      yes: false,
    });
    expect(
      parseCommand(['evaluate', '--prompt', 'one', 'a.json', '--prompt=', '--prompt', 'two', '--threads', '4', '--json', '--yes']),
    ).toEqual({
      name: 'evaluate',
      task: 'a.json',
      prompts: ['one', '', 'two'],
      threads: 4,
      json: true,
      yes: true,
    });
  });
});

describe('transfer', () => {
  it('a run and one model, or several, each once', () => {
    const expected = {
      name: 'transfer',
      folder: 'runs/a',
      models: ['bundled:masked'],
      top: undefined,
      threads: undefined,
      format: 'text',
      yes: false,
    };
    expect(parse('transfer runs/a --model bundled:masked')).toEqual(expected);
    expect(
      parse(
        'transfer --model bundled:masked --model openai:a/b:1b@http://localhost:1/v1 runs/a --model bundled:masked --top 3 --threads 2 --yes',
      ),
    ).toEqual({ ...expected, models: ['bundled:masked', 'openai:a/b:1b@http://localhost:1/v1'], top: 3, threads: 2, yes: true });
  });

  it.each(['json', 'csv', 'markdown'])('as --%s', (format) => {
    expect(parse(`transfer runs/a --model m --${format}`)).toMatchObject({ format });
  });
});

describe('report', () => {
  it.each([
    ['report runs/a', 'text'],
    ['report runs/a --csv', 'csv'],
    ['report --markdown runs/a', 'markdown'],
    ['report runs/a --html', 'html'],
  ])('%s', (line, format) => {
    expect(parse(line)).toEqual({ name: 'report', folder: 'runs/a', format, file: undefined });
  });
});

describe('wrong usage', () => {
  it.each([
    ['train a.json', 'there is no command "train"'],
    ['Optimize a.json', 'there is no command "Optimize"'],
    ['optimize', 'SPEC is missing'],
    ['optimize --json', 'SPEC is missing'],
    ['optimize a.json b.json', 'one SPEC at a time, not 2: a.json b.json'],
    ['optimize --resume', '--resume'],
    ['optimize a.json --seed', '--seed'],
    ['optimize a.json --seed -1', '--seed'],
    ['optimize a.json --seed=-1', '--seed takes a whole number from 0 to 2147483647, not "-1"'],
    ['optimize a.json --seed 1.5', '--seed takes a whole number from 0 to 2147483647, not "1.5"'],
    ['optimize a.json --seed one', '--seed takes a whole number from 0 to 2147483647, not "one"'],
    ['optimize a.json --seed=', '--seed takes a whole number from 0 to 2147483647, not ""'],
    ['optimize a.json --seed 9007199254740992', '--seed takes a whole number'],
    ['optimize a.json --seed NaN', '--seed takes a whole number'],
    ['optimize a.json --seed Infinity', '--seed takes a whole number'],
    ['optimize a.json --steps 0', '--steps takes a whole number of at least 1, not "0"'],
    ['optimize a.json --length 17', '--length takes a whole number from 1 to 16, not "17"'],
    ['optimize a.json --budget 0', '--budget takes a whole number of at least 1, not "0"'],
    ['optimize a.json --threads 0', '--threads takes a whole number from 1 to 256, not "0"'],
    ['optimize a.json --threads 257', '--threads takes a whole number from 1 to 256, not "257"'],
    ['optimize --resume runs/a --threads 1000000', '--threads takes a whole number from 1 to 256, not "1000000"'],
    ['evaluate a.json --prompt x --threads 257', '--threads takes a whole number from 1 to 256'],
    ['transfer runs/a --model bundled:masked --threads 257', '--threads takes a whole number from 1 to 256'],
    ['optimize a.json --threads two', '--threads takes a whole number from 1 to 256, not "two"'],
    ['optimize a.json --fast', "Unknown option '--fast'"],
    ['optimize a.json -x', "Unknown option '-x'"],
    ['optimize a.json --json=yes', '--json'],
    ['optimize a.json --random --no-random', '--random or --no-random, not both'],
    ['optimize --resume runs/a --random', '--random cannot change it'],
    ['optimize --resume runs/a a.json', 'leave SPEC out'],
    ['optimize a.json --seed 2147483648', 'from 0 to 2147483647'],
    ['optimize --resume runs/a --seed 1', '--seed cannot change it'],
    ['optimize --resume runs/a --steps 10', '--steps cannot change it'],
    ['optimize --resume runs/a --length 3', '--length cannot change it'],
    ['optimize --resume runs/a --budget 10', '--budget cannot change it'],
    ['optimize --resume runs/a --out b', '--out cannot change it'],
    ['optimize --resume runs/a --no-random', '--no-random cannot change it'],
    ['evaluate --prompt x', 'SPEC or DIR is missing'],
    ['evaluate a.json', 'evaluate needs at least one --prompt TEXT'],
    ['evaluate a.json b.json --prompt x', 'one SPEC or DIR at a time, not 2: a.json b.json'],
    ['evaluate a.json --prompt', '--prompt'],
    ['evaluate a.json --prompt x --threads 0', '--threads takes a whole number from 1 to 256'],
    ['evaluate a.json --prompt x --steps 3', "Unknown option '--steps'"],
    ['report', 'DIR is missing'],
    ['report a b', 'one DIR at a time, not 2: a b'],
    ['report a b c --html', 'one FILE at a time, not 2: b c'],
    ['report --html', 'DIR is missing'],
    ['report a --csv --markdown', '--csv or --markdown, not both'],
    ['report a --json', "Unknown option '--json'"],
    ['transfer', 'DIR is missing'],
    ['transfer a', 'transfer needs at least one --model REF'],
    ['transfer a b --model m', 'one DIR at a time, not 2: a b'],
    ['transfer a --model m --top 0', '--top takes a whole number of at least 1, not "0"'],
    ['transfer a --model m --json --csv', '--json or --csv, not both'],
    ['transfer a --model m --json --csv --markdown', '--json or --csv or --markdown, not all'],
    ['transfer a --model m --seed 1', "Unknown option '--seed'"],
  ])('%s', (line, message) => {
    let thrown: unknown;
    try {
      parse(line);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as UsageError).message).toContain(message);
  });
});

describe('apply', () => {
  it('takes texts or a data file', () => {
    const common = { name: 'apply', folder: 'run', threads: undefined, yes: false };
    expect(parseCommand(['apply', 'run', '--input', 'a', '--input=-b', '--json'])).toEqual({
      ...common,
      inputs: ['a', '-b'],
      file: undefined,
      json: true,
    });
    expect(parseCommand(['apply', 'run', '--file', 'x.csv'])).toEqual({ ...common, inputs: [], file: 'x.csv', json: false });
  });

  it.each([
    [['apply', 'run']],
    [['apply', 'run', '--input', 'a', '--file', 'x.csv']],
    [['apply', 'run', '--input', ' ']],
    [['apply', '--input', 'a']],
  ])('refuses %j', (argv) => {
    expect(() => parseCommand(argv)).toThrow(UsageError);
  });
});
