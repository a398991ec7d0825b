import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src/wording/bytes';

describe('bytes for display', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [348_123_456, '348 MB'],
    [999_500_000, '1.0 GB'],
    [2_500_000_000, '2.5 GB'],
  ])('%d: %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
