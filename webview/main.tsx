import 'uplot/dist/uPlot.min.css';
import './elements';
import './page.css';
import { Fragment, render } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';
import type { RunView } from '../src/run/view/runView';
import type { WantedRows } from './againstYours';
import { Candidates } from './candidates/candidates';
import { Charts } from './charts/charts';
import { Comparison } from './compare';
import { EvaluateField } from './evaluateField';
import { shortPrompt } from './format';
import { Header } from './header';
import { Remarks, Warnings } from './notes';
import { Inputs } from './inputs';
import { HeldOutRows } from './rows/rows';
import { Searches } from './searches';
import { Gone, Loading, StateNotice } from './states';
import { EMPTY, type Model } from './store';
import { PromptTable } from './table';
import { onThemeChange } from './theme';
import { connect, vscode } from './vscodeApi';
import { WinnerCard } from './winner';

const NONE: readonly RunView[] = [];

function Page() {
  const [{ view, others = NONE, differences = [], settings, evaluation, gone }, apply] = useState<Model>(EMPTY);
  const [smoothing, setSmoothing] = useState(vscode.getState()?.smoothing);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(vscode.getState()?.open));
  const [wanted, setWanted] = useState<WantedRows>();
  const [, redraw] = useReducer((count: number) => count + 1, 0);

  useLayoutEffect(() => {
    onThemeChange(() => redraw(undefined));
    connect(apply);
  }, []);
  useEffect(() => {
    if (view)
      vscode.setState({
        id: view.head.id,
        ...(others.length > 0 && { others: others.map(({ head }) => head.id) }),
        ...(smoothing !== undefined && { smoothing }),
        open: [...open],
      });
  }, [view?.head.id, others.map(({ head }) => head.id).join(), smoothing, open]);
  useEffect(() => {
    if (view) document.body.dataset.state = view.head.state;
  }, [view?.head.state]);
  keepFocus();

  if (gone) return <Gone />;
  if (!view) return <Loading />;
  const weight = smoothing ?? settings.smoothing;
  const toggle = (prompt: string): void => setOpen(open.symmetricDifference(new Set([prompt])));
  const charts = [view, ...others].some(({ curves }) => curves.steps.queries.length + curves.reflectEstimates.queries.length > 0) && (
    <Fragment key="charts">
      <label class="smoothing">
        Smoothing
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={weight}
          aria-label="Smoothing of the curves"
          onInput={(event) => setSmoothing(Number(event.currentTarget.value))}
        />
      </label>
      <Charts view={view} others={others} smoothing={weight} />
    </Fragment>
  );
  if (others.length > 0)
    return <Comparison views={[view, ...others]} differences={differences} charts={charts} open={open} toggle={toggle} />;
  const table = (
    <Fragment key="table">
      <PromptTable view={view} open={open} toggle={toggle} scored={evaluation.scored} functions={settings.functions} />
      {view.rows.length > 0 && <EvaluateField evaluation={evaluation} trusted={settings.trusted} />}
      {view.head.stages.includes('reflect') && <Candidates key={`${view.head.id} candidates`} {...view} />}
      <Searches {...view} />
      {view.head.state === 'finished' && <HeldOutRows key={view.head.id} rows={view.rows} wanted={wanted} />}
    </Fragment>
  );
  return (
    <main>
      <Header view={view} trusted={settings.trusted} />
      <StateNotice head={view.head} trusted={settings.trusted} />
      <WinnerCard view={view} show={setWanted} />
      <Warnings {...view} />
      {/* While a run trains one watches its curves; then its table counts. */}
      {view.rows.some(({ test }) => test) ? [table, charts] : [charts, table]}
      <Inputs head={view.head} />
      <Remarks {...view} />
      <Announcements {...view} />
    </main>
  );
}

/** For screen readers: each change of state, each new best prompt, and the verdict. */
function Announcements({ head, rows }: RunView) {
  const best = rows.find(({ origin }) => origin === 'policy' || origin === 'reflect');
  return (
    <div class="hidden" aria-live="polite">
      <p>{`${head.name}: ${head.state}.`}</p>
      {head.verdict ? <p>{`${head.verdict.title}.`}</p> : best && <p>{`Best prompt so far: ${shortPrompt(best.prompt)}.`}</p>}
    </div>
  );
}

/** Moving an element takes its focus: the next render gives it back. */
function keepFocus(): void {
  const focused = document.activeElement;
  useLayoutEffect(() => {
    if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  });
}

const root = document.createElement('div');
document.body.append(root);
render(<Page />, root);
