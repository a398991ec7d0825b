import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import type { HTMLAttributes } from 'preact';

/** The custom elements of VS Code's look that the page uses, with the properties that it sets. */
type Custom<Properties> = HTMLAttributes & Partial<Properties>;

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way to name custom elements to JSX
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': Custom<{ secondary: boolean; disabled: boolean }>;
      'vscode-progress-bar': Custom<{ value: number; max: number; indeterminate: boolean }>;
    }
  }
}
