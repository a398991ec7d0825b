/** Messages of `run/`: `'run.code': (arguments) => text`. */
export const runWording = {
  'run.locked': ({ trainer, lock }: { trainer: string; lock: string }) =>
    `This run trains in another process (${trainer}). Wait until it ends or stop it there; if there is no such run, delete ${lock}.`,
  'run.lockLost': ({ folder }: { folder: string }) =>
    `This run stopped because another process took over its folder ${folder} while this one did not respond, for example while the computer slept.`,
};
