/** Two parents that are good at different rows. */
export const recombine = `A language model does the same task with either of the two instructions below; each is better for some inputs. Combine them into one instruction that keeps the useful facts and rules of both. Where they disagree, decide for what is more likely to be right.

First instruction:
{instruction}

Second instruction:
{second}

{frozen}Answer with the complete new instruction in a block fenced by three backticks, and nothing else.`;
