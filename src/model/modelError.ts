/** A language model that cannot be loaded or used as asked; the message says what to do. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ModelError';
  }
}
