import type { RunHead } from '../src/run/view/runView';

type Filling = { readonly prompt: string; readonly mask: string | undefined };

/** A template with its prompt marked. @param mask stands for the label word; without it, a causal model reads no further */
export function Template({ parts, turns, ...filling }: Pick<RunHead, 'parts' | 'turns'> & Filling) {
  if (turns) return <Chat turns={turns} {...filling} />;
  return (
    <code class="filled">
      <Text parts={parts} {...filling} />
    </code>
  );
}

/** A line for each message; one that holds nothing but the empty prompt is not sent. */
function Chat({ turns, ...filling }: { turns: NonNullable<RunHead['turns']> } & Filling) {
  const sent = turns.filter(({ parts }) => filling.prompt !== '' || parts.some(({ kind }) => kind !== 'prompt'));
  return (
    <code class="filled chat">
      {sent.map(({ role, parts }, i) => (
        <span class="turn" key={i}>
          <span class="role">{role}:</span> <Text parts={parts} {...filling} />
          {'\n'}
        </span>
      ))}
      <span class="role">assistant:</span>
    </code>
  );
}

function Text({ parts, prompt, mask }: Pick<RunHead, 'parts'> & Filling) {
  const end = mask === undefined ? parts.findIndex(({ kind }) => kind === 'mask') : -1;
  const read = end < 0 ? parts : parts.slice(0, end);
  return (
    <>
      {read.map((part, i) => {
        if (part.kind === 'literal') return part.text;
        if (part.kind === 'prompt')
          return prompt === '' ? null : [part.space && !prompt.startsWith(' ') && ' ', <mark key={i}>{prompt}</mark>];
        return `${part.space ? ' ' : ''}${part.kind === 'mask' ? mask : '{input}'}`;
      })}
    </>
  );
}
