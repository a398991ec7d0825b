import { createInterface } from 'node:readline/promises';
import { describePlan, planDetails } from '../model/hub/describe';
import { download, type DownloadProgress, type LocalModel } from '../model/hub/download';
import { planDownload, type DownloadPlan } from '../model/hub/plan';
import { isHubReference } from '../model/hub/reference';
import type { HubOptions } from '../model/hub/settings';
import { Declined } from '../run/declined';
import { formatBytes } from '../wording/bytes';
import { StatusLine } from './statusLine';

export interface ConsentOptions extends HubOptions {
  /** `--yes` was given; RLPROMPT_YES=1 says the same. */
  readonly yes: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly input?: NodeJS.ReadStream;
  /** Questions and progress; standard error, so that standard output holds results only. */
  readonly output?: NodeJS.WriteStream;
}

/**
 * Has a model of the hub (`hf:…`) in the local cache: asks on the terminal before anything large is fetched, shows the progress.
 * @throws HubError, Declined when nobody can be asked or the answer is no; the signal's reason when it is aborted
 */
export async function fetchHubModel(reference: string, options: ConsentOptions): Promise<LocalModel> {
  const screen = new Screen(options.output ?? process.stderr);
  const plan = await planDownload(reference, {
    ...options,
    onWait: (seconds, reason) => screen.line(`${reason} Next try in ${Math.ceil(seconds)} s.`),
  });
  if (plan.cached) for (const line of [describePlan(plan), ...plan.notes]) screen.line(line);
  else if (plan.bytesToFetch > 0) await agree(plan, screen, options);
  try {
    return await download(plan, { ...options, onProgress: (progress) => screen.show(progress) });
  } catch (error) {
    if (options.signal?.aborted) screen.line('The download was stopped; what is there is kept, and the same command goes on from it.');
    throw error;
  } finally {
    screen.clear();
  }
}

/** Has every model of the hub among the references in the cache. @throws as fetchHubModel */
export async function fetchHubModels(references: readonly string[], options: ConsentOptions): Promise<void> {
  for (const reference of new Set(references)) if (isHubReference(reference)) await fetchHubModel(reference, options);
}

/** Shows what would be fetched and asks for a yes. @throws Declined when there is none */
async function agree(plan: DownloadPlan, screen: Screen, options: ConsentOptions): Promise<void> {
  const environment = options.environment ?? process.env;
  for (const line of planDetails(plan)) screen.line(line);
  if (options.yes || environment.RLPROMPT_YES === '1') return;
  const input = options.input ?? process.stdin;
  if (!input.isTTY || !screen.out.isTTY)
    throw new Declined(
      `${describePlan(plan)} Nobody can be asked here for consent: pass --yes, or set RLPROMPT_YES=1, to agree to the download.`,
    );
  const questions = createInterface({ input, output: screen.out });
  try {
    const closed = new Promise<string>((resolve) => questions.once('close', () => resolve('')));
    const asked = questions.question(`${describePlan(plan)} Go on? [y/N] `, options.signal ? { signal: options.signal } : {});
    // Ctrl-C and Ctrl-D reject the question; they are no consent.
    const answer = await Promise.race([asked.catch(() => ''), closed]);
    options.signal?.throwIfAborted();
    if (!/^(y|yes)$/i.test(answer.trim())) throw new Declined(`The download of ${plan.model} was not agreed to; nothing was fetched.`);
  } finally {
    questions.close();
  }
}

/** Progress on one line of a terminal; elsewhere a line for every tenth of the download. */
class Screen extends StatusLine {
  private tenths = -1;
  private waiting = '';

  show({ file, bytesDone, bytesTotal, waiting }: DownloadProgress): void {
    if (waiting !== undefined && waiting !== this.waiting) this.line(waiting);
    this.waiting = waiting ?? '';
    const share = bytesTotal === 0 ? 1 : bytesDone / bytesTotal;
    const text = `Downloading: ${Math.floor(100 * share)} %, ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}, ${file}`;
    if (this.isThere) this.draw(text);
    else if (Math.floor(10 * share) > this.tenths) {
      this.tenths = Math.floor(10 * share);
      this.line(text);
    }
  }
}
