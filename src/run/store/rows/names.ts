/** Every result of a run, row by row, and results on held-out rows of prompts that were evaluated later. */
export const ROWS = 'rows.bin';
export const EVALUATED_ROWS = 'evaluated-rows.bin';
/** Of a generation task, what the prompts wrote for held-out rows; likewise. */
export const TEXTS = 'texts.jsonl.gz';
export const EVALUATED_TEXTS = 'evaluated-texts.jsonl.gz';
