import { SHORT, until } from './wait.mjs';

/** @typedef {import('./workbench.mjs').Workbench} Workbench */

/** @param {Workbench} workbench */
const groups = (workbench) => workbench.page.locator('.editor-group-container');

/** Closes an editor or panel by the cross of its tab, which is there under the pointer. @param {Workbench} workbench @param {string} name */
export async function closeTab(workbench, name) {
  const tab = workbench.tab(name);
  await tab.hover({ timeout: SHORT });
  await tab.locator('.tab-actions .action-label').click({ timeout: SHORT });
  await workbench.seeNoMore(`the tab ${name}`, tab, SHORT);
}

/** Moves an editor or panel by a command. @param {Workbench} workbench @param {string} name @param {string} command @param {{ group: number, of: number }} to its group then, counted from the left from 0, and how many there are */
export async function moveTab(workbench, name, command, to) {
  await workbench.tab(name).click({ timeout: SHORT });
  await workbench.runCommand(command);
  const seen = async () => {
    const lefts = await groups(workbench).evaluateAll((all, wanted) => {
      const placed = all.map((group) => ({
        left: group.getBoundingClientRect().left,
        has: Array.from(group.querySelectorAll('.tab')).some((tab) => tab.getAttribute('aria-label')?.startsWith(wanted)),
      }));
      return placed.sort((a, b) => a.left - b.left).map(({ has }) => has);
    }, name);
    return { group: lefts.indexOf(true), of: lefts.length };
  };
  await until(
    `${name} in its new place`,
    async () => {
      const { group, of } = await seen();
      return group === to.group && of === to.of;
    },
    { seen },
  );
}
