import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { HeldOut, HeldOutAnswers, HeldOutClasses, HeldOutOutputs, HeldOutTexts } from '../../src/messages/page';
import type { RunView } from '../../src/run/view/runView';
import { disagreements, type Disagreements } from './disagreements';
import { count, percent, plural } from '../format';
import { textDifferences, type TextDifferences } from './textDifferences';
import { ask } from '../vscodeApi';
import { winnerOf } from '../winner';

/** Rows that are shown; the counts are about all. */
const MOST = 200;

type Loaded = { readonly answers: Disagreements } | { readonly texts: TextDifferences } | { readonly error: string };

/** Held-out rows on which the runs' winners do not answer alike; read once the user asks for them. */
export function CompareRows({ views, names }: { views: readonly RunView[]; names: readonly string[] }) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      const held = await Promise.all(views.map(({ head }) => ask('heldOutOf', head.id)));
      setLoaded(compared(held, views));
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
  return 'texts' in loaded ? <Texts {...loaded.texts} names={names} /> : <Answers {...loaded.answers} names={names} />;
}

/** @throws Error where there is nothing to compare */
function compared(held: readonly HeldOut[], views: readonly RunView[]): Loaded {
  const each = held.map((one, i) => ({ held: one, answers: answersOf(one, views[i]!) }));
  if (held.every((one) => 'metrics' in one)) return { texts: textDifferences(each as { held: HeldOutTexts; answers: HeldOutOutputs }[]) };
  if (held.every((one) => 'classes' in one)) return { answers: disagreements(each as { held: HeldOutClasses; answers: HeldOutAnswers }[]) };
  throw new Error('A run of generated texts and one of classes have no answers in common.');
}

function Answers({ shared, rows, onlyRight, names }: Disagreements & { names: readonly string[] }) {
  const said = `The winners differ on ${count(rows.length)} of the ${plural(shared, 'row')} that the runs have in common. Right alone: ${each(names, onlyRight)}.`;
  return (
    <Rows said={shared === 0 ? undefined : said} of={rows.length} header={['Text', 'Label', ...names]}>
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
    </Rows>
  );
}

function Texts({ shared, rows, onlyBest, names }: TextDifferences & { names: readonly string[] }) {
  const said = `Of the ${plural(shared, 'row')} that the runs have in common, those with the scores furthest apart come first. Highest score alone: ${each(names, onlyBest)}.`;
  return (
    <Rows said={shared === 0 ? undefined : said} of={rows.length} header={['Input', ...names]}>
      {rows.slice(0, MOST).map(({ text, outputs, line }) => (
        <tr key={line}>
          <td class="compare-text">{text}</td>
          {outputs.map(({ output, score }, i) => (
            <td key={names[i]} class="compare-text">
              <b>{percent(score)}</b> {output}
            </td>
          ))}
        </tr>
      ))}
    </Rows>
  );
}

/** @param said undefined where the runs share no rows */
function Rows({
  said,
  of,
  header,
  children,
}: {
  said: string | undefined;
  of: number;
  header: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <section class="compare-rows" aria-label="Held-out rows on which the winners differ">
      <p role="status">
        {said ?? 'The runs have no held-out row in common.'}
        {of > MOST && ` The first ${count(MOST)} are shown.`}
      </p>
      {of > 0 && (
        <div class="compare-box">
          <table class="compare">
            <thead>
              <tr>
                {header.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function each(names: readonly string[], counts: readonly number[]): string {
  return names.map((name, i) => `${count(counts[i]!)} in ${name}`).join('; ');
}

/** The winner's answers or texts. @throws Error where the run kept none */
function answersOf({ prompts }: HeldOut, { head, rows }: RunView): HeldOut['prompts'][number] {
  const winner = winnerOf(rows);
  const answers = prompts.find(({ prompt }) => prompt === winner?.prompt);
  if (!answers) throw new Error(`${head.name} has no answers of its winner on every held-out row.`);
  return answers;
}
