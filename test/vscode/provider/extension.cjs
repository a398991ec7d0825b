// A model provider as other extensions bring one; VS Code carries its answers to RLPrompt.
const vscode = require('vscode');

const FAMILIES = ['rules', 'writer', 'empty-quota', 'refuses'];

/** Words of praise against words of blame; a prompt with "not" in it turns the answer round. */
function answer(text) {
  const count = (words) => text.toLowerCase().match(words)?.length ?? 0;
  const good =
    count(/\b(great|good|best|love\w*|wonderful|fun|warm|enjoy\w*)\b/g) >= count(/\b(bad|dull|worst|boring|terrible|waste|poor)\b/g);
  return good ? 'Great.' : 'Terrible.';
}

/** Instructions in a block, each another one; every third answer is empty. */
let written = 0;
function write(request) {
  if (!request.includes('three backticks')) return 'OK';
  written++;
  return written % 3 === 0
    ? ''
    : `It should say what to look for.\n\`\`\`\nIs this review, number ${written}, warm or harsh? It says:\n\`\`\``;
}

exports.activate = (context) => {
  const provider = {
    provideLanguageModelChatInformation: () =>
      FAMILIES.map((family) => ({
        id: family,
        family,
        name: `Test model ${family}`,
        version: '1',
        maxInputTokens: 4096,
        maxOutputTokens: 400,
        capabilities: {},
      })),
    provideLanguageModelChatResponse: async (model, messages, _options, progress) => {
      if (model.family === 'empty-quota') throw vscode.LanguageModelError.Blocked('The monthly quota is exhausted.');
      if (model.family === 'refuses') throw vscode.LanguageModelError.Blocked('The text is against the rules of this provider.');
      const last = messages
        .at(-1)
        .content.map((part) => part.value ?? '')
        .join('');
      progress.report(new vscode.LanguageModelTextPart(model.family === 'writer' ? write(last) : answer(last)));
    },
    provideTokenCount: async (_model, text) => Math.ceil(String(text).length / 4),
  };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('rlprompt-test', provider));
};
