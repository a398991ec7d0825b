/** The same content in other words: models depend on wording. */
export const rephrase = `A language model follows the instruction below. Reword the instruction: keep its meaning and every rule, but say it in other words, clearly and directly.

Current instruction:
{instruction}

{frozen}Answer with the complete new instruction in a block fenced by three backticks, and nothing else.`;
