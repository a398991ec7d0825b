/** A prompt that a finished run found, with what a person needs to know to use it. */
export interface FoundPrompt {
  /** The text that goes into the template's `{prompt}`. */
  readonly prompt: string;
  /** As in the task spec: `{input} {prompt} {mask} .` */
  readonly template: string;
  /** The spec's file name without its ending. */
  readonly taskName: string;
  /** Reference of the model that the prompt was found for. */
  readonly taskModel: string;
  /** Whether the task model is a masked one: then `{mask}` becomes its mask token. */
  readonly masked?: boolean;
  /** Text of the mask token, `<mask>` or `[MASK]`. */
  readonly maskToken?: string;
  /** Held-out accuracy, 0 to 1. */
  readonly accuracy?: number;
  /** 95 % Wilson score interval of the accuracy. */
  readonly interval?: readonly [number, number];
  /** Held-out rows. */
  readonly n?: number;
  readonly runFolder: string;
  /** When the run was started, ISO 8601. */
  readonly created: string;
}
