import { createHash } from 'node:crypto';
import type { OpenProposer, ProposerAnswer } from '../../model/door';
import type { Proposed } from '../../search/reflect/task';
import type { Lines } from './runWriter';

/** A line of `proposals.jsonl`: a request before it is sent, by its hash, or its answer. */
export type ProposalLine =
  { readonly k: string; readonly request: string } | ({ readonly k: string; readonly answer: true } & ProposerAnswer);

/**
 * A proposer whose answers are in the run's folder before the search sees them: a resumed run pays for none twice. Those that
 * were on their way when the process died are asked for again, and counted.
 */
export class StoredProposals {
  private readonly known = new Map<string, ProposerAnswer>();
  private sent = 0;

  constructor(
    private readonly proposer: Pick<OpenProposer, 'answer'>,
    private readonly file: Lines<ProposalLine>,
  ) {
    for (const line of file.before) {
      if ('request' in line) this.sent++;
      else this.known.set(line.k, { text: line.text, problem: line.problem, tokens: line.tokens, counted: line.counted });
    }
  }

  /** Requests that were sent and never answered. */
  get lost(): number {
    return this.sent - this.known.size;
  }

  async propose(id: number, request: string, signal?: AbortSignal): Promise<Proposed> {
    const k = createHash('sha256').update(`${id}\n${request}`).digest('base64url').slice(0, 22);
    let answer = this.known.get(k);
    if (!answer) {
      this.sent++;
      this.file.add({ k, request });
      answer = await this.proposer.answer(request, id, signal);
      const { text, problem, tokens, counted } = answer;
      this.file.add({ k, answer: true, text, problem, tokens, counted });
      this.known.set(k, answer);
    }
    const { text, problem, tokens, counted } = answer;
    return { text, ...(problem !== undefined && { problem }), usage: { calls: 1, tokens, counted } };
  }
}
