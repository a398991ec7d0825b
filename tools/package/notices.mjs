import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages that are shipped as they are, beside the bundles. */
const WHOLE = ['onnxruntime-node', 'onnxruntime-common'];

/** The license texts of every library in the bundles (by their source maps) and of those shipped whole. */
export function notices(root, bundles) {
  const names = new Set(WHOLE);
  for (const bundle of bundles) for (const name of bundledPackages(join(root, `${bundle}.map`))) names.add(name);
  const parts = [...names].sort().map((name) => notice(root, name));
  return `RLPrompt is under the MIT license. It holds these libraries, under licenses of their own.\n\n${parts.join('\n')}`;
}

function bundledPackages(map) {
  if (!existsSync(map))
    throw new Error(`${map} is missing: the licenses of what is in a bundle are found by its source map. Run \`npm run build\` first.`);
  const { sources } = JSON.parse(readFileSync(map, 'utf8'));
  return sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]).filter((name) => name !== undefined);
}

function notice(root, name) {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const home = typeof manifest.repository === 'string' ? manifest.repository : manifest.repository?.url;
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `License: ${manifest.license} (the package holds no text of it).`;
  return `${'='.repeat(80)}\n${name} ${manifest.version}${home ? ` (${home})` : ''}\n${'='.repeat(80)}\n${text}\n`;
}
