/** Every result of a run, row by row, and results on held-out rows of prompts that were evaluated later. */
export const ROWS = 'rows.bin';
export const EVALUATED_ROWS = 'evaluated-rows.bin';
