import tseslint from 'typescript-eslint';

/** Borders between the rooms (docs/architecture.md): what the files of a folder may not import. */
function border(files, patterns) {
  return {
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }] },
  };
}
const NO_VSCODE = [['vscode'], 'Only host/ and extension.ts know VS Code.'];
const NO_ONNX = [['onnxruntime-node', '**/onnx/**', '**/lm/session', '@huggingface/*'], 'Matrix work and models stay in lm/.'];
const up = (...rooms) => [
  rooms.map((room) => `**/${room}/**`),
  'Arrows run host → engine → run → rl, search → reward → lm → task and never back.',
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'test/vscode/**', 'coverage/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.mjs'] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // Typed arrays and checked indices: `!` says that an index is in range.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNullish: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  border(['src/task/**'], [NO_VSCODE, NO_ONNX, up('lm', 'reward', 'rl', 'search', 'run', 'cli', 'engine', 'host')]),
  border(['src/lm/**'], [NO_VSCODE, up('reward', 'rl', 'search', 'run', 'cli', 'engine', 'host')]),
  border(['src/reward/**'], [NO_VSCODE, NO_ONNX, up('rl', 'search', 'run', 'cli', 'engine', 'host')]),
  border(['src/rl/**'], [NO_VSCODE, NO_ONNX, up('search', 'run', 'cli', 'engine', 'host')]),
  border(['src/search/**'], [NO_VSCODE, NO_ONNX, up('run', 'cli', 'engine', 'host')]),
  border(['src/run/**'], [NO_VSCODE, up('cli', 'engine', 'host')]),
  border(['src/cli/**'], [NO_VSCODE, up('engine', 'host')]),
  border(['src/engine/**'], [NO_VSCODE, NO_ONNX, up('cli', 'host')]),
  border(['src/protocol.ts'], [NO_VSCODE, NO_ONNX, up('cli', 'engine', 'host')]),
  border(
    ['webview/**'],
    [
      NO_VSCODE,
      [['node:*', '../src/*/**', '**/host/**'], 'The page knows the messages (src/protocol.ts, types only) and browser libraries.'],
    ],
  ),
  {
    files: ['src/lm/**', 'tools/**'],
    ignores: ['src/lm/runtime.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'onnxruntime-node', allowTypeImports: true, message: 'lm/runtime.ts loads it, with its telemetry off.' }] },
      ],
    },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
