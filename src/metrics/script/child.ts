/**
 * What the process of a script runs, with `node -e`: plain JavaScript, so that the process need not read a file of this extension.
 * It gets `{ id, source, commonJs, milliseconds }` first, then `{ id, output, row }` for each text; it answers each with that id.
 */
export const CHILD = `'use strict';
for (const name of Object.keys(process.env)) delete process.env[name];
const { isBuiltin } = require('node:module');
const { Script } = require('node:vm');
const send = process.send.bind(process);
const text = (value) => { try { return String(value).slice(0, 300); } catch { return 'a value without a text'; } };
const said = (error) => text(error instanceof Error ? error.name + ': ' + error.message : error);
process.on('disconnect', () => process.exit());

let score;
let milliseconds;

async function load({ source, commonJs }) {
  if (!commonJs) {
    const { score, default: whole } = await import('data:text/javascript;base64,' + Buffer.from(source).toString('base64'));
    return score ?? whole?.score;
  }
  const module = { exports: {} };
  const load = (name) => {
    if (!isBuiltin(name)) throw new Error('a script is one file, and may load modules of Node only, not ' + name);
    return require(name);
  };
  new Function('module', 'exports', 'require', source)(module, module.exports, load);
  return module.exports.score;
}

// A script of its own, which V8 ends by itself: nobody else may be left to do it.
const call = new Script('globalThis[Symbol.for("rlprompt.call")]()');
function limited(work) {
  globalThis[Symbol.for('rlprompt.call')] = work;
  return call.runInThisContext({ timeout: milliseconds });
}

function judged(value) {
  const { score, reason } = typeof value === 'object' && value !== null ? value : { score: value };
  const number = typeof score === 'number' || typeof score === 'boolean' ? Number(score) : NaN;
  if (!(number >= 0 && number <= 1)) return { found: typeof value === 'object' && value !== null ? '{ score: ' + text(score) + ' }' : text(value) };
  return { score: number, reason: reason === undefined || reason === null ? undefined : text(reason) };
}

process.on('message', async (message) => {
  const { id, output, row } = message;
  if (message.source !== undefined) {
    milliseconds = message.milliseconds;
    try {
      score = await load(message);
      send({ id, noScore: typeof score !== 'function' });
    } catch (error) {
      send({ id, problem: said(error) });
    }
    return;
  }
  try {
    send({ id, ...judged(await limited(() => score(output, row))) });
  } catch (error) {
    if (error?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') send({ id, problem: said(error) });
    // What it left behind is in an unknown state.
    else send({ id, slow: true }, () => process.exit());
  }
});
`;
