import { installChromium } from '../vscode/install.mjs';

/**
 * Finds or installs a Chromium for the tests of the page. Where that is impossible, the tests fail: those that cannot run prove nothing.
 * @param {import('vitest/node').TestProject} project
 */
export default function setup(project) {
  project.provide('chromium', installChromium());
}
