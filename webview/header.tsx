import type { RunHead, RunState, RunView } from '../src/run/view/runView';
import { Clock } from './clock';
import { count, plural } from './format';
import { Icon, type IconName } from './icons';
import { Phases } from './phases';
import { costFacts, proposerText } from './searches';
import { Template } from './template';
import { send } from './vscodeApi';

type Control = 'pause' | 'continue' | 'rankNow' | 'stop' | 'resume';

const STATES: Readonly<Record<RunState, { text: string; icon: IconName; controls: readonly Control[] }>> = {
  queued: { text: 'Queued', icon: 'waiting', controls: ['stop'] },
  starting: { text: 'Starting', icon: 'waiting', controls: ['stop'] },
  running: { text: 'Running', icon: 'running', controls: ['pause', 'rankNow', 'stop'] },
  pausing: { text: 'Pausing', icon: 'paused', controls: ['continue', 'rankNow', 'stop'] },
  paused: { text: 'Paused', icon: 'paused', controls: ['continue', 'rankNow', 'stop'] },
  stopping: { text: 'Stopping', icon: 'stop', controls: ['stop'] },
  interrupted: { text: 'Interrupted', icon: 'interrupted', controls: ['resume'] },
  elsewhere: { text: 'Running elsewhere', icon: 'running', controls: [] },
  failed: { text: 'Failed', icon: 'failed', controls: ['resume'] },
  finished: { text: 'Finished', icon: 'finished', controls: [] },
};

const CONTROLS: Readonly<Record<Control, string>> = {
  pause: 'Pause',
  continue: 'Continue',
  rankNow: 'Stop and Rank Now',
  stop: 'Stop',
  resume: 'Resume',
};

const HINTS: Partial<Record<Control, string>> = {
  rankNow: 'Ends the search, ranks its prompts and scores them on the held-out rows',
  stop: 'Ends the run with its checkpoint saved; you can resume it',
};

/** Those that start work again: one primary button at most. */
const PRIMARY: readonly Control[] = ['continue', 'resume'];

/** What the run is, how far it is, and what the user can do with it. */
export function Header({ view, trusted }: { view: RunView; trusted: boolean }) {
  const { head, rows } = view;
  const { text, icon, controls } = STATES[head.state];
  const going = ['running', 'pausing', 'paused', 'elsewhere'].includes(head.state);
  // The search for label words comes before the models are open.
  const starting = head.state === 'starting' && head.stage !== 'labels';
  const busy = going || head.state === 'starting' || head.state === 'stopping';
  return (
    <header>
      <div class="title-row">
        <div class="title">
          <h1>{head.name}</h1>
          <span class={`state state-${head.state}`}>
            <Icon name={icon} />
            {text}
          </span>
        </div>
        {/* Without keys: after Pause the same button says Continue and keeps the focus. */}
        <div class="buttons" role="toolbar" aria-label="Run">
          {controls
            .filter((type) => (type !== 'resume' || head.resumable) && (type !== 'rankNow' || head.rankable))
            .map((type) => (
              <vscode-button
                secondary={!PRIMARY.includes(type)}
                disabled={type === 'resume' && !trusted}
                title={HINTS[type]}
                onClick={() => send(type)}
              >
                {type === 'stop' && head.state === 'stopping' ? 'Stop Now' : CONTROLS[type]}
              </vscode-button>
            ))}
        </div>
      </div>
      {head.taskModel !== '' && <Task head={head} />}
      {busy && (
        <>
          <vscode-progress-bar aria-label="Progress" max={100} value={Math.round(100 * head.progress)} indeterminate={starting} />
          {!starting && head.stages.length > 0 && <Phases head={head} />}
        </>
      )}
      {head.steps > 0 && <Progress view={view} />}
      <Actions head={head} hasRows={rows.length > 0} trusted={trusted} />
    </header>
  );
}

function Task({ head }: { head: RunHead }) {
  const { taskModel, policyModel, parts, turns, rows, seed, promptLength, labelWords, size, texts, stages } = head;
  const byTokens = !stages.includes('reflect') || stages.some((stage) => stage === 'policy' || stage === 'random');
  return (
    <p class="task">
      <span>{policyModel === taskModel || !byTokens ? taskModel : `${taskModel}, policy on ${policyModel}`}</span>
      <Template parts={parts} turns={turns} prompt="{prompt}" mask="{mask}" />
      {rows && <span>{`${count(rows.train + rows.validation)} rows to search on, ${count(rows.test)} held out`}</span>}
      {texts && <span>{`generates ${plural(texts.samples, 'text')} for a row, scored by ${texts.metrics.join(', ')}`}</span>}
      {byTokens && <span>prompts of {plural(promptLength, 'token')}</span>}
      <span>seed {seed}</span>
      {labelWords !== undefined && <span>{labelWords}</span>}
      {size !== undefined && <span>{size}</span>}
    </p>
  );
}

function Progress({ view }: { view: RunView }) {
  const { head } = view;
  const proposer = proposerText(view);
  // A query of a generation task is a prompt on a row, which is so many texts.
  const each = head.texts?.samples ?? 1;
  const facts: [label: string, value: string][] = [
    [head.texts ? 'generations' : 'queries', `${count(each * head.queries.computed)} of ${count(each * head.queryBudget)}`],
    ['step', count(head.step)],
    ...(proposer === undefined ? [] : [['proposer', proposer] as [string, string]]),
    ...costFacts(view),
  ];
  return (
    <p class="progress">
      {facts.map(([label, value]) => (
        <span>
          {label} <b>{value}</b>
        </span>
      ))}
      <Clock head={head} />
      {head.rankingSoon && (head.stage === 'policy' || head.stage === 'reflect') ? (
        <span>ranking after this step</span>
      ) : (
        head.ended !== undefined && <span>search ended: {head.ended}</span>
      )}
    </p>
  );
}

function Actions({ head, hasRows, trusted }: { head: RunHead; hasRows: boolean; trusted: boolean }) {
  const link = (text: string, act: () => void) => (
    <button class="link" type="button" onClick={act}>
      {text}
    </button>
  );
  return (
    <nav class="actions" aria-label="More actions">
      {link('Open spec', () => send('openSpec'))}
      {hasRows && link('Compare with another run…', () => send('compare'))}
      {hasRows && head.state === 'finished' && trusted && link('Evaluate on other models…', () => send('transfer'))}
      {hasRows && link('Export CSV', () => send('export', 'csv'))}
      {hasRows && link('Export Markdown', () => send('export', 'markdown'))}
      {hasRows && link('Export HTML report', () => send('export', 'html'))}
      {hasRows && link('Copy command', () => send('copyCommand'))}
      {link('Show log', () => send('showLog'))}
    </nav>
  );
}
