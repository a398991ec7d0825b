import type { RunHead } from '../src/run/view/runView';

/** A template with its prompt marked. @param mask stands for the label word; without it, a causal model reads no further */
export function Template({ parts, prompt, mask }: Pick<RunHead, 'parts'> & { prompt: string; mask: string | undefined }) {
  const end = mask === undefined ? parts.findIndex(({ kind }) => kind === 'mask') : -1;
  const read = end < 0 ? parts : parts.slice(0, end);
  return (
    <code class="filled">
      {read.map((part, i) => {
        if (part.kind === 'literal') return part.text;
        if (part.kind === 'prompt')
          return prompt === '' ? null : [part.space && !prompt.startsWith(' ') && ' ', <mark key={i}>{prompt}</mark>];
        return `${part.space ? ' ' : ''}${part.kind === 'mask' ? mask : '{input}'}`;
      })}
    </code>
  );
}
