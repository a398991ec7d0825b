/** Icons as paths in a box of 16 × 16, drawn in the color of the text. */
const PATHS = {
  running: 'M4 2.8v10.4L13 8z',
  paused: 'M4 3h3v10H4zM9 3h3v10H9z',
  stop: 'M3.5 3.5h9v9h-9z',
  finished: 'M6.3 11.6 2.7 8l1-1 2.6 2.6 6-6 1 1z',
  failed: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM7.3 4.5h1.4v4.6H7.3zm0 5.8h1.4v1.4H7.3z',
  interrupted: 'M8 1.3 15 14H1L8 1.3zM7.3 6v4h1.4V6zm0 4.9v1.4h1.4v-1.4z',
  waiting: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm-.6 3h1.2v3.3l2.4 1.4-.6 1L7.4 8.5z',
  chevron: 'M5.7 13.7 5 13l5-5-5-5 .7-.7L11.4 8z',
  copy: 'M5 1.5h7.5a1 1 0 0 1 1 1V11h-1.1V2.6H5zM2.5 4h7a1 1 0 0 1 1 1v8.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm.1 1.1v8.3h6.8V5.1z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width={16} height={16} aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
