/** Every result of a run, row by row, and results on held-out rows of prompts that were evaluated later. */
export const ROWS = 'rows.bin';
export const EVALUATED_ROWS = 'evaluated-rows.bin';
/** Of a generation task, what the prompts wrote for held-out rows; likewise. */
export const TEXTS = 'texts.jsonl.gz';
export const EVALUATED_TEXTS = 'evaluated-texts.jsonl.gz';
/** What a search by reflection tried, a line for each, and what it asked the proposer, with the answers. */
export const CANDIDATES = 'candidates.jsonl';
export const PROPOSALS = 'proposals.jsonl';
/** What models on servers answered while the run's models were opened. */
export const OPENING = 'opening.json.gz';
/** Requests of a task model elsewhere: a line before each is sent, and one with its tokens once it has ended. */
export const REQUESTS = 'requests.jsonl';
/** A line for each call of a judge: the place of its metric in the spec. */
export const JUDGE_CALLS = 'judge-calls.jsonl';
