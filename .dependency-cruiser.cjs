/**
 * The borders between the rooms of `src` (docs/architecture.md). Each room may import those below it, never those above:
 * spec, data, model, metrics, method, search, run and checks, messages, then the front ends cli, engine, host and webview.
 */
const rooms = {
  wording: [],
  files: ['wording'],
  spec: ['wording'],
  data: ['wording', 'spec'],
  model: ['wording', 'files', 'spec', 'data'],
  metrics: ['wording', 'files', 'spec', 'data', 'model'],
  method: ['wording', 'spec', 'data', 'model'],
  search: ['wording', 'spec', 'data', 'model', 'method'],
  checks: ['wording', 'spec', 'data', 'model', 'metrics', 'method', 'search'],
  run: ['wording', 'files', 'spec', 'data', 'model', 'metrics', 'method', 'search'],
  messages: ['wording', 'spec', 'model', 'checks', 'run'],
  engine: ['wording', 'spec', 'data', 'model', 'checks', 'run', 'messages'],
  cli: ['wording', 'spec', 'data', 'model', 'method', 'search', 'checks', 'run'],
  host: ['wording', 'spec', 'model', 'checks', 'run', 'messages', 'engine'],
};

const borders = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room} imports only the rooms below it`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...borders,
    { name: 'no import cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only the host knows VS Code',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/(host/|extension\\.ts$)' },
      to: { path: '^vscode$' },
    },
    {
      name: 'ONNX Runtime stays in model/local and in the policy network',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(model/local|method)/' },
      to: { path: 'onnxruntime-node' },
    },
    {
      name: 'the page knows only the messages and what they show of a run',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/(messages/|run/view/runView\\.ts$)' },
    },
    {
      name: 'the page imports types of the messages, and no code but the channel',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/messages/channel\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    { name: 'the page does not import Node', severity: 'error', from: { path: '^webview/' }, to: { dependencyTypes: ['core'] } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
};
