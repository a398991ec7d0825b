import { word, type Args, type Code } from './wording';

/**
 * What the user should know about data and models: a remark, or a warning where the result may be worth less for it and the user
 * can do something about it. A remark is its text, as results of all versions have it.
 */
export type Note = string | { readonly warning: string };

export function warning<C extends Code>(code: C, ...args: Args<C>): Note {
  return { warning: word(code, ...args) };
}

export function isWarning(note: Note): note is Exclude<Note, string> {
  return typeof note !== 'string';
}

export function noteText(note: Note): string {
  return isWarning(note) ? note.warning : note;
}

/** Each note once, warnings first. */
export function sortedNotes(notes: readonly Note[]): { readonly warnings: readonly string[]; readonly remarks: readonly string[] } {
  const warnings = new Set(notes.filter(isWarning).map(noteText));
  const remarks = new Set(notes.filter((note) => typeof note === 'string'));
  return { warnings: [...warnings], remarks: [...remarks] };
}
