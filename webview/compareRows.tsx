import { useState } from 'preact/hooks';
import type { HeldOut, HeldOutAnswers } from '../src/messages/page';
import type { RunView } from '../src/run/view/runView';
import { disagreements, type Disagreements } from './disagreements';
import { count, plural } from './format';
import { ask } from './vscodeApi';
import { winnerOf } from './winner';

/** Rows that are shown; the counts are about all. */
const MOST = 200;

type Loaded = Disagreements | { readonly error: string };

/** Held-out rows on which the runs' winners do not answer alike; read once the user asks for them. */
export function CompareRows({ views, names }: { views: readonly RunView[]; names: readonly string[] }) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      const held = await Promise.all(views.map(({ head }) => ask('heldOutOf', head.id)));
      setLoaded(disagreements(held.map((one, i) => ({ held: one, answers: answersOf(one, views[i]!) }))));
    } catch (error) {
      setLoaded({ error: error instanceof Error ? error.message : String(error) });
    } finally {
      setBusy(false);
    }
  };
  if (!loaded)
    return (
      <p class="compare-rows">
        <button type="button" class="link" disabled={busy} onClick={() => void load()}>
          {busy ? 'Reading the rows…' : 'Show held-out rows on which the winners differ'}
        </button>
      </p>
    );
  if ('error' in loaded)
    return (
      <p class="compare-rows" role="status">
        {loaded.error}
      </p>
    );
  const { shared, rows, onlyRight } = loaded;
  return (
    <section class="compare-rows" aria-label="Held-out rows on which the winners differ">
      <p role="status">
        {shared === 0
          ? 'The runs have no held-out row in common.'
          : `The winners differ on ${count(rows.length)} of the ${plural(shared, 'row')} that the runs have in common. Right alone: ${names
              .map((name, i) => `${count(onlyRight[i]!)} in ${name}`)
              .join('; ')}.`}
        {rows.length > MOST && ` The first ${count(MOST)} are shown.`}
      </p>
      {rows.length > 0 && (
        <div class="compare-box">
          <table class="compare">
            <thead>
              <tr>
                <th scope="col">Text</th>
                <th scope="col">Label</th>
                {names.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, MOST).map(({ text, label, answers, line }) => (
                <tr key={line}>
                  <td class="compare-text">{text}</td>
                  <td>{label}</td>
                  {answers.map((answer, i) => (
                    <td key={names[i]} class={answer === label ? 'right' : 'wrong'}>
                      <span aria-hidden="true">{answer === label ? '✓ ' : '✗ '}</span>
                      {answer ?? 'no answer'}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The winner's answers. @throws Error where the row store has none */
function answersOf({ prompts }: HeldOut, { head, rows }: RunView): HeldOutAnswers {
  const winner = winnerOf(rows);
  const answers = prompts.find(({ prompt }) => prompt === winner?.prompt);
  if (!answers) throw new Error(`${head.name} has no answers of its winner on every held-out row.`);
  return answers;
}
