/** A small step: the rest of the instruction stays. */
export const addRule = `A language model follows the instruction below. The examples after it show inputs, the expected output, and what the model answered.

Keep the instruction as it is and add one rule that would have prevented the most important mistake. The rule must be general: do not copy inputs.

Current instruction:
{instruction}

{rows}

{frozen}Answer with the complete instruction, the new rule included, in a block fenced by three backticks, and nothing else.`;
