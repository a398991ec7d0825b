import { installChromium } from '../vscode/install.mjs';

/**
 * Finds or installs a Chromium for the tests of the page. Where that is impossible, they are skipped.
 * @param {import('vitest/node').TestProject} project
 */
export default function setup(project) {
  let chromium = '';
  try {
    chromium = installChromium();
  } catch (error) {
    console.warn(`The tests of the panel's page are skipped. ${error instanceof Error ? error.message : error}`);
  }
  project.provide('chromium', chromium);
}
