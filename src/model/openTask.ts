import type { Access, OpenGenerator, OpenTask, TaskNeeds } from './door';
import { openLocalGeneration } from './local/localGeneration';
import { openLocalTask } from './local/localTask';
import type { Compute } from './local/session';
import { openTextGeneration } from './server/textGeneration';
import { openTextTask } from './server/textTask';
import { isTextModel } from '../spec/scheme';

/** Opens the task model that a spec names, by the scheme of its reference. @throws TaskError, ModelError */
export function openTask(needs: TaskNeeds, compute: Compute, access: Access): Promise<OpenTask> {
  return isTextModel(needs.spec.taskModel) ? openTextTask(needs, access) : openLocalTask(needs, compute);
}

/** Opens the model that a spec generates texts with. @throws TaskError, ModelError */
export function openGenerator(needs: TaskNeeds, compute: Compute, access: Access): Promise<OpenGenerator> {
  return isTextModel(needs.spec.taskModel) ? openTextGeneration(needs, access) : openLocalGeneration(needs, compute);
}
