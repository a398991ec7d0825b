/** Against growth: the same content in fewer words. */
export const shorten = `A language model follows the instruction below. Make the instruction shorter: keep every fact and rule that changes an answer, and drop what repeats or explains nothing.

Current instruction:
{instruction}

{frozen}Answer with the complete new instruction in a block fenced by three backticks, and nothing else.`;
