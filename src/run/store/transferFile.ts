import type { Origin, TransferScore } from '../result/result';

/** `transfer.json` in a run's folder: its prompts on other task models, on the run's test rows. */
export interface TransferResult {
  readonly format: 1;
  readonly created: string;
  readonly spec: string;
  /** Of a generation task, whose scores are mean scores. Absent: classification. */
  readonly kind?: 'generation';
  readonly template: string;
  readonly testRows: number;
  /** SHA-256 of each data file, by its name in the spec. */
  readonly data: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** The rows of the table, as the run ranked them. */
  readonly prompts: readonly { readonly rank: number; readonly prompt: string; readonly origin: Origin }[];
  /** The columns: the model that the run searched on, then those of this transfer and of earlier ones. */
  readonly models: readonly TransferModel[];
}

export interface TransferModel {
  readonly reference: string;
  /** Whether the prompts were searched for on this model; its scores are the run's own. */
  readonly own: boolean;
  readonly notes: readonly string[];
  /** Why there are no scores, or only those of an earlier transfer. */
  readonly error?: string;
  /** One for each prompt; none after an error, unless an earlier transfer had them. */
  readonly scores: readonly TransferScore[];
}

/** The text of a run's `transfer.json`; undefined where it is damaged. */
export function parseTransfer(text: string): TransferResult | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isTransfer(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isTransfer(value: unknown): value is TransferResult {
  const { prompts, models, data } = (value ?? {}) as Partial<Record<keyof TransferResult, unknown>>;
  return (
    typeof data === 'object' &&
    data !== null &&
    Array.isArray(prompts) &&
    prompts.every((row: Partial<TransferResult['prompts'][number]> | null) => typeof row?.prompt === 'string') &&
    Array.isArray(models) &&
    models.every(
      (model: Partial<TransferModel> | null) =>
        typeof model?.reference === 'string' &&
        Array.isArray(model.notes) &&
        Array.isArray(model.scores) &&
        model.scores.every((score: Partial<TransferScore> | null) => typeof score?.accuracy === 'number'),
    )
  );
}

/** The columns of other models, as far as they have scores. */
export function scoredColumns({ models }: Pick<TransferResult, 'models'>): TransferModel[] {
  return models.filter(({ own, scores }) => !own && scores.length > 0);
}
