/** Messages of `files/`: `'files.code': (arguments) => text`. */
export const filesWording = {
  'files.lockStuck': ({ path }: { path: string }) => `the lock ${path} cannot be taken`,
};
