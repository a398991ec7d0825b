import { describe, expect, it } from 'vitest';
import type { HeldOut } from '../../../src/run/view/heldOut';
import { htmlReport } from '../../../src/run/report/html';
import { word } from '../../../src/wording/wording';
import { finished, NO_CURVES, paperCurves, row, testScore, reflected } from '../../page/runs';

const HOSTILE = `</td><script>alert(1)</script>"'&<img src=x onerror=alert(1)>`;

const held: HeldOut = {
  classes: ['negative', HOSTILE],
  file: '/data/test.csv',
  rows: [
    { text: 'right row', label: 0, line: 2 },
    { text: `wrong row ${HOSTILE}`, label: 0, line: 3 },
    { text: 'failed row', label: 1, line: 4 },
    { text: 'unanswered row', label: 1, line: 5 },
  ],
  prompts: [
    { prompt: HOSTILE, origin: 'policy', predicted: [0, 1, null, -1], confidence: [0.9, 0.81, 0, 0.5] },
    { prompt: '', origin: 'none', predicted: [1, 0, 0, 1], confidence: [0.6, 0.7, 0.55, 0.52] },
  ],
};
const rows = [
  row(1, HOSTILE, { test: testScore(0.778), transfer: { 'folder:<b>': { accuracy: 0.61, interval: [0.5, 0.7], n: 10 } } }),
  row(2, [' In', ' short'], { origin: 'start' }),
  row(3, [], { prompt: '', origin: 'none', test: testScore(0.6), perplexity: null }),
];

/** The tags of a document, with their attributes. */
function tags(html: string): string[] {
  return [...html.matchAll(/<([a-z][^>]*)>/gi)].map((match) => match[1]!);
}

describe('an HTML report', () => {
  const view = finished(
    { name: HOSTILE, template: `{input} ${HOSTILE} {prompt}`, notes: [HOSTILE, { warning: `Skipped ${HOSTILE}` }] },
    rows,
  );
  const html = htmlReport(view, held);

  it('escapes every text: its tags are its own, and none loads or runs anything', () => {
    const names = new Set(tags(html).map((tag) => tag.split(/[\s/]/)[0]));
    for (const name of ['script', 'img', 'link', 'iframe', 'object', 'a']) expect(names).not.toContain(name);
    expect(html).not.toMatch(/\son\w+\s*=\s*[^&]*alert\(1\)[^&]*>/);
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/https?:|url\(|@import/);
    expect(html.split(HOSTILE)).toHaveLength(1);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('has its tags in balance', () => {
    const open: string[] = [];
    for (const [, close, name, self] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/gi)) {
      if (['meta', 'line', 'polyline', 'polygon'].includes(name!) || self === '/') continue;
      if (close === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('has verdict, winner, facts, table with other models, charts, label words and confusion matrix', () => {
    for (const text of [
      view.head.verdict!.title,
      '77.8%',
      'bundled:masked',
      'terrible',
      'great',
      'On folder:&lt;b&gt;',
      '61.0% (50.0–70.0)',
      'starting prompt',
      '<h2>Warnings</h2>\n<ul><li>Skipped',
      '<h2>Notes</h2>',
    ])
      expect(html).toContain(text);
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain('aria-label="Estimated accuracy: Best so far from');
    expect(html).toContain('Answered positive');
  });

  it('lists the rows that the winner gets wrong, with the answer and that without a prompt', () => {
    const list = html.slice(html.indexOf('Rows that the winner gets wrong'));
    const lines = [...list.matchAll(/<tr>(.*)<\/tr>/g)].map((match) => match[1]!);
    // The header, a wrong answer, and none of the classes; a row without a score is not wrong.
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('>3<');
    expect(lines[1]).toMatch(/class="wrong">.* 81%<.*class="right">negative 70%</);
    expect(lines[2]).toContain('none of the classes');
    expect(list).toContain('2 of 4 held-out rows of /data/test.csv.');
  });

  it('says what task model and proposer took and cost, as the command line does', () => {
    const report = htmlReport(reflected('Name the tone.'), held);
    const facts = [...report.matchAll(/<dt>(.*)<\/dt><dd>(.*)<\/dd>/g)].map(([, name, value]) => [name, value]);
    expect(facts).toContainEqual([
      'Tokens of the task model',
      word('run.took', { tokens: 2_500_000, counted: true, cost: '$0.38', lost: 3 }),
    ]);
    expect(facts).toContainEqual([
      'Proposals',
      word('run.proposed', { model: 'large', calls: 120, tokens: 148_800, counted: true, lost: 1 }),
    ]);
    expect(facts).toContainEqual(['Cost of both', '$0.75']);
    expect(html).not.toContain('<dt>Cost of both</dt>');
  });

  it('says why there are no rows, and does without curves', () => {
    const bare = htmlReport({ ...view, curves: NO_CURVES }, 'This run has <no> results.');
    expect(bare).toContain('This run has &lt;no&gt; results.');
    expect(bare).not.toContain('<svg');
    expect(htmlReport({ ...view, curves: paperCurves(40) }, '').match(/<svg /g)).toHaveLength(1);
    expect(htmlReport({ ...view, rows: [] }, '')).toContain('No prompt has a score yet.');
  });

  it('puts a value where its axis says', () => {
    const curves = { ...NO_CURVES, greedy: { queries: [0, 100], reward: [0, 0], accuracy: [0.5, 1] } };
    const chart = htmlReport({ ...view, rows: [], curves }, '');
    // The axes run from 0 to 100 queries and from 50% to 100%, over x = 52 … 612 and y = 210 … 10.
    expect(chart).toContain('<polyline class="line-2" points="52.0,210.0 612.0,10.0"/>');
    expect([...chart.matchAll(/middle">(\d+)%</g)].map((match) => match[1])).toEqual(['50', '60', '70', '80', '90', '100']);
  });
});
