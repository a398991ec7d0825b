import { excerpt } from './open/passage';
import { openTemplate } from './open/openTemplate';
import type { FrontEnd } from './frontEnd';
import { fetchHubModels } from './consent/hubModels';
import { PolicyModel } from '../method/policyModel';
import { readModel } from '../model/local/modelFolder';
import { PromptGiver } from '../search/inputPolicy';
import { parseSpecValues, type Spec } from '../spec/spec';
import { CodedError } from '../wording/wording';
import type { Message } from '../spec/template';
import type { RunFolder } from './store/storage';
import { nowOf } from './store/task';

/** An input with the prompt that a run's policy gives it. */
export interface Applied {
  readonly input: string;
  /** The text that goes into the template's `{prompt}`. */
  readonly prompt: string;
  /** The template filled in: the text, or the messages of a chat. */
  readonly filled: string | readonly Message[];
}

/** The spec that a run with a policy was started with. @throws CodedError when the folder is not such a run */
export function specOfPolicy(folder: RunFolder): Spec {
  const task = folder.readTask();
  folder.readPolicy();
  return parseSpecValues(task.spec, task.specFile);
}

/**
 * Gives each input its prompt by the policy of a run; the task model is not asked. @throws CodedError when the run has no policy, or
 * the policy's model has changed since
 */
export async function applyJob(
  request: { readonly folder: RunFolder; readonly inputs: readonly string[]; readonly threads: number },
  frontEnd: FrontEnd,
): Promise<Applied[]> {
  const { folder, inputs, threads } = request;
  const task = folder.readTask();
  const spec = specOfPolicy(folder);
  const policy = folder.readPolicy();
  await fetchHubModels([spec.taskModel, spec.policyModel], frontEnd);
  const model = await readModel(spec.policyModel, spec.folder);
  if (task.models[model.reference] !== model.hash) throw new CodedError('run.policyModelChanged', { model: model.reference });
  const template = await openTemplate(spec, model, excerpt(inputs[0] ?? ''), nowOf(task));
  const compute = { threads };
  const language = await PolicyModel.open(model, compute);
  const giver = await PromptGiver.open(policy, language, compute, template.admits);
  try {
    const prompts = await giver.prompts(inputs.map((input) => language.sourceOf(input, policy.length).ids));
    return prompts.map((ids, i) => {
      const prompt = template.promptText(template.toTask(ids));
      return { input: inputs[i]!, prompt, filled: template.fill(inputs[i]!, prompt) };
    });
  } finally {
    await giver.release();
    await language.release();
  }
}
