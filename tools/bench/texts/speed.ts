import { Layout } from '../../../src/model/local/layout';
import { ChatLayout } from '../../../src/model/local/chat/chatLayout';
import { ChatTemplate } from '../../../src/model/local/chat/chatTemplate';
import { LocalGenerator } from '../../../src/model/local/localGenerator';
import { readModel } from '../../../src/model/local/modelFolder';
import type { TaskLayout } from '../../../src/model/local/layout';
import { parseTemplate } from '../../../src/spec/template';

const LANES = [1, 8, 32, 64];
const TOKENS = 20;
const ROWS = 32;
const SAMPLES = 2;
const ROUNDS = 6;
const PROMPT = 'A wonderful day it was';
const TURNS =
  "{% for message in messages %}{{ message.role ~ ': ' ~ (message.content | trim) ~ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

/**
 * Texts a second by the number that grow together, with the KV cache in all cases: 32 openings of 8 to 16 words, two samples each, 20 tokens a text. The
 * sizes take turns, and the fastest round of each counts, so that other programs disturb least; processor time is that of all threads.
 */
export async function generationSpeed(threads: number): Promise<void> {
  const model = await readModel('bundled:causal', '.');
  const settings = { maxTokens: TOKENS, temperature: 1, topK: 50, stop: [], seed: 0 };
  const room = TOKENS + 8;
  const chat = ChatTemplate.of({ file: TURNS, field: undefined, tokens: {} }, new Date(0))!;
  const { turns = [] } = parseTemplate([
    { role: 'system', content: '{prompt}' },
    { role: 'user', content: '{input}' },
  ]);
  const layouts: [name: string, layout: TaskLayout][] = [
    ['`{prompt} {input}`', new Layout(parseTemplate('{prompt} {input}').parts, model.tokenizer, model.context, room)],
    ['a chat', new ChatLayout(turns, chat, model.tokenizer, model.context, room)],
  ];
  const opening = 'Few people in the town expected that the library on the hill would be open again so soon'.split(' ');
  const texts = Array.from({ length: ROWS }, (_, i) => opening.slice(0, 8 + (i % 9)).join(' '));
  console.log(
    '| template | texts at a time | texts a second | against one at a time | processor time of a text, ms | against one at a time |',
  );
  console.log('|---|---|---|---|---|---|');
  for (const [name, layout] of layouts) {
    const ids = layout.encodePrompt(PROMPT);
    const orders = texts.map((_, row) => ({ ids, row, samples: Array.from({ length: SAMPLES }, (_, i) => i) }));
    const sizes = await Promise.all(
      LANES.map(async (lanes) => ({
        lanes,
        generator: await LocalGenerator.open(model, layout, '', settings, { threads }, lanes),
        taken: [] as number[],
        busy: [] as number[],
      })),
    );
    for (let round = 0; round <= ROUNDS; round++)
      for (const { generator, taken, busy } of sizes) {
        const [began, before] = [performance.now(), process.cpuUsage()];
        await generator.generate(orders, generator.rows(texts));
        const { user, system } = process.cpuUsage(before);
        if (round === 0) continue;
        taken.push(performance.now() - began);
        busy.push((user + system) / 1000);
      }
    const count = ROWS * SAMPLES;
    const [alone] = sizes;
    const times = (all: readonly number[], own: readonly number[]): string => `${(Math.min(...all) / Math.min(...own)).toFixed(1)} ×`;
    for (const { lanes, generator, taken, busy } of sizes) {
      const cells = [
        name,
        lanes,
        ((1000 * count) / Math.min(...taken)).toFixed(0),
        times(alone!.taken, taken),
        (Math.min(...busy) / count).toFixed(1),
        times(alone!.busy, busy),
      ];
      console.log(`| ${cells.join(' | ')} |`);
      await generator.release();
    }
  }
}
