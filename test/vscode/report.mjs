/** The harness's own noise: modules that the server does without, and hosts that it cannot reach. */
const NOISE =
  /spdlog|bindings file|watchdog|vsda|ServiceWorker|service worker|open-vsx|ERR_NAME_NOT_RESOLVED|ERR_INTERNET|status of 404|ResizeObserver/i;

/**
 * The errors in a window's console that are the extension's: thrown in the extension host, or in its page.
 * @param {{ errors: string[] }} window
 */
export function ownErrors({ errors }) {
  return [...new Set(errors.filter((message) => /rlprompt|dist\/page\./i.test(message) && !NOISE.test(message)))];
}

/** @param {string} title @param {number} milliseconds */
export function reportPass(title, milliseconds) {
  console.log(`  ✔ ${title} (${(milliseconds / 1000).toFixed(1)} s)`);
}

/**
 * Prints what failed, and what the window and the server have said.
 * @param {string} title @param {unknown} error
 * @param {{ errors: string[] }} [window] @param {import('./server.mjs').Server} [server]
 */
export function reportFailure(title, error, window, server) {
  console.log(`  ✘ ${title}`);
  indented(error instanceof Error ? (error.stack ?? error.message).replace(/^Error: (?=Error|\w*Error)/, '') : String(error));
  const said = [...new Set(window?.errors.filter((message) => !NOISE.test(message)).map((message) => message.slice(0, 400)))];
  for (const message of said.slice(-10)) indented(`In the window: ${message}`);
  if (server) indented(server.log((line) => !NOISE.test(line), 25));
}

/** @param {string} text */
function indented(text) {
  console.log(text.replace(/^/gm, '    '));
}
