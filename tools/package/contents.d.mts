export const TARGETS: Readonly<Record<string, string>>;
export function contents(root: string, target: string): { from: string; to: string }[];
