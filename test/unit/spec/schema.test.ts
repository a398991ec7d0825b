import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editorSchema, presets, searchSettings, specJsonSchema } from '../../../src/spec/schema';
import { parseSpec } from '../../../src/spec/spec';

interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  required?: string[];
  additionalProperties?: unknown;
  properties?: Record<string, JsonSchema>;
}

const settings = (values: object) => searchSettings(parseSpec(JSON.stringify({ data: { train: 'a.csv' }, ...values }), 'x.json'));

describe('the JSON schema', () => {
  it('in media/ is the one in code', () => {
    const file = join(__dirname, '..', '..', '..', 'media', 'prompt-task.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(editorSchema());
  });

  it('requires data.train alone, knows no other fields, and describes each', () => {
    const schema = specJsonSchema() as JsonSchema;
    expect(schema.required).toEqual(['data']);
    expect(schema.properties!.data!.required).toEqual(['train']);
    const visit = (path: string, { properties, additionalProperties, description, default: fallback }: JsonSchema): void => {
      if (properties) {
        expect(additionalProperties, path).toBe(false);
        for (const [name, child] of Object.entries(properties)) visit(`${path}.${name}`, child);
      } else if (path !== '') expect(description, path).toMatch(/\S.*[.…]$/);
      // A default that the schema shows is the one that parsing gives.
      if (fallback !== undefined && !properties) {
        const ofTexts = '{"kind": "generation", "metrics": [{"type": "equals"}], "generation": {}, "data": {"train": "a.csv"}}';
        const source = path.startsWith('.generation') ? ofTexts : '{"data": {"train": "a.csv"}}';
        const spec = parseSpec(source, 'x.json') as unknown as Record<string, unknown>;
        const value = path
          .slice(1)
          .split('.')
          .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], spec);
        expect(value, path).toEqual(fallback);
      }
    };
    visit('', schema);
  });
});

describe('the schema for editors', () => {
  const keysIn = (node: unknown): string[] =>
    typeof node !== 'object' || node === null
      ? []
      : Object.entries(node).flatMap(([key, child]) =>
          key === 'properties' ? Object.values(child as object).flatMap(keysIn) : key === 'items' ? ['items', ...keysIn(child)] : [key],
        );

  it('has names, descriptions and values, and nothing that an editor would report: the check of the extension does that', () => {
    const known = ['$schema', 'allowComments', 'allowTrailingCommas', 'default', 'defaultSnippets', 'description', 'examples', 'items'];
    expect([...new Set(keysIn(editorSchema()))].sort()).toEqual(known);
  });

  it('offers the values of a choice', () => {
    const { properties } = editorSchema() as { properties: Record<string, { properties: Record<string, { examples: unknown[] }> }> };
    expect(properties.search!.properties.preset!.examples).toEqual(['default', 'paper']);
    expect(properties.data!.properties.ignoreCase!.examples).toEqual([true, false]);
  });
});

describe('search settings', () => {
  it("have the paper's values in the preset `paper`", () => {
    expect(settings({ search: { preset: 'paper' } })).toMatchObject({
      tokens: 'all',
      steps: 12_000,
      promptsPerStep: 16,
      learningRate: 5e-5,
      targetRate: 1e-3,
      topK: 256,
      hiddenSize: 2048,
      patience: null,
    });
  });

  it('are the default preset when the spec is silent', () => {
    expect(settings({})).toEqual(presets.default);
    expect(settings({})).toMatchObject({ tokens: 'words', steps: 400, promptsPerStep: 16, queryBudget: 5000 });
  });

  it.each(['default', 'paper'] as const)("have the spec's own values put over the preset `%s`", (preset) => {
    const given = { steps: 3, promptsPerStep: 4, topK: 5, logitBias: -10, patience: 2, maxMinutes: 1, classWeights: 'rows' };
    const policy = { hiddenSize: 8, fluentTopK: 9, initialisation: 'paper' };
    const result = settings({ search: { preset, seed: 5, seeds: [1], ...given }, policy, prompt: { tokens: 'all', length: 3 } });
    expect(result).toEqual({ ...presets[preset], ...given, ...policy, tokens: 'all' });
  });
});
