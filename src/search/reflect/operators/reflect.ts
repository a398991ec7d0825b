/** Learn from mistakes: facts of the domain, and a strategy that holds beyond these rows. */
export const reflect = `A language model follows the instruction below. The examples after it show inputs, the expected output, and what the model answered.

Find out why it failed where it failed. Then write an improved instruction that would have led to the expected outputs: state the facts about the domain that the examples reveal, and a strategy that works for other inputs too. Do not copy inputs into the instruction.

Current instruction:
{instruction}

{rows}

{frozen}Answer with the complete new instruction in a block fenced by three backticks, and nothing else.`;
