import type { FromEngine, Question } from '../messages/engine';
import { checkSpec } from '../checks/check';
import { inspectDataset, suggestWords } from '../checks/inspect';
import { TaskError } from '../spec/problem';

/** Answers a question of the editor: what is wrong with a spec, or what a data file holds. */
export async function answerQuestion(id: number, question: Question): Promise<FromEngine> {
  try {
    return { type: 'reply', id, value: await answer(question) };
  } catch (error) {
    return {
      type: 'noReply',
      id,
      message: error instanceof Error ? error.message : String(error),
      problems: error instanceof TaskError ? error.problems : [],
    };
  }
}

function answer(question: Question): Promise<unknown> {
  switch (question.type) {
    case 'check':
      return checkSpec(question.text, question.file, question);
    case 'inspect':
      return inspectDataset(question.file);
    case 'suggestWords':
      return suggestWords(question.labels, question.model);
  }
}
