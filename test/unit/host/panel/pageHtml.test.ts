import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../../src/host/panel/pageHtml';

const PARTS = {
  nonce: 'abc',
  cspSource: 'https://res',
  script: 'https://res/page.js',
  style: 'https://res/page.css',
  title: 'x',
  language: 'en',
};

describe("the panel's page", () => {
  it('allows one script by its nonce, style sheets from its own files, and nothing inline', () => {
    const html = pageHtml(PARTS);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!.replaceAll('&#39;', "'");
    expect(policy.split('; ').sort()).toEqual([
      "default-src 'none'",
      'font-src https://res',
      'img-src https://res',
      "script-src 'nonce-abc'",
      'style-src https://res',
    ]);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|unsafe/);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<script nonce="abc" src="https://res/page.js"></script>');
  });

  it('escapes what comes from file names', () => {
    const html = pageHtml({ ...PARTS, title: '</title><img src=x onerror="1">' });
    expect(html).not.toContain('<img');
    expect(html).toContain('&#60;/title&#62;');
  });
});
