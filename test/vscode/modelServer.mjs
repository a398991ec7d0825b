import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { recordedServer } from '../fixtures/server/replay.mjs';
import { SHORT, within } from './wait.mjs';

/** Milliseconds before an answer: a search takes long enough to be ended early. */
const LATENCY = 40;

/**
 * A server of this computer with a model whose answers depend on the text, in the shape of OpenAI's completions. It has a process
 * of its own, since a busy one keeps the driver of the browser waiting.
 * @param {'recorded'} [answers] those of a real server, as they were recorded
 */
export async function startModelServer(answers) {
  const child = fork(fileURLToPath(import.meta.url), answers === undefined ? [] : [answers]);
  // A path that fails before it closes the server leaves no process behind.
  process.once('exit', () => child.kill());
  const port = await within(
    'the port of the model server',
    new Promise((resolve, reject) => child.once('message', resolve).once('exit', reject)),
    SHORT,
  );
  child.unref();
  child.channel?.unref();
  return { url: `http://127.0.0.1:${port}`, close: () => child.kill() };
}

function serve() {
  const recorded = process.argv[2] === 'recorded' ? recordedServer() : undefined;
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const [path, body] = [request.url ?? '', JSON.parse(Buffer.concat(chunks).toString() || '{}')];
      const made = recorded ? undefined : answerTo(path, body);
      const found = recorded ? recorded(path, body) : made && { status: 200, answer: made };
      setTimeout(
        () => {
          response.writeHead(found?.status ?? 404, { 'content-type': 'application/json' });
          response.end(JSON.stringify(found?.answer ?? { error: { message: 'no such address' } }));
        },
        recorded ? 0 : LATENCY,
      );
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address && typeof address === 'object') process.send?.(address.port);
  });
  process.once('disconnect', () => process.exit());
}

/** @param {string} path @param {{ prompt?: string | string[], logprobs?: number }} body */
function answerTo(path, { prompt = '', logprobs }) {
  if (path !== '/v1/completions') return undefined;
  const texts = [prompt].flat();
  const choices = texts.map((text, index) => {
    const top = topOf(text, Number(logprobs));
    const [[token, logprob] = ['', 0]] = Object.entries(top).sort((a, b) => b[1] - a[1]);
    const reported = { tokens: [token], token_logprobs: [logprob], top_logprobs: [top], text_offset: [text.length] };
    return { index, text: token, finish_reason: 'length', logprobs: reported };
  });
  return { object: 'text_completion', choices, usage: { total_tokens: 10 * texts.length } };
}

/** @param {string} text @param {number} count @returns {Record<string, number>} */
function topOf(text, count) {
  const share = Array.from(text).reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) % 1009, 7) / 1009;
  const fillers = Array.from({ length: Math.max(0, count - 2) }, (_, i) => [` w${i}`, -9 - i / 100]);
  return { ' great': -1 - share, ' terrible': -2 + share, ...Object.fromEntries(fillers) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve();
