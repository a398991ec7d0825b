import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** How much a table can leave out; the style sheet says what goes at each level. */
const LEVELS = 9;

/**
 * Leaves out as much of a table as it takes to fit its box, what matters least first: the box's attribute `data-fit` lists the
 * levels. What fits depends on fonts and texts, so it is measured, at each new width and whenever `content` changes.
 */
export function useFit(box: RefObject<HTMLElement>, content: readonly unknown[]): void {
  useLayoutEffect(() => {
    const element = box.current!;
    let width = -1;
    const fit = (): void => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      for (let level = 0; level <= LEVELS; level++) {
        element.dataset.fit = Array.from({ length: level }, (_, i) => i + 1).join(' ');
        if (element.scrollWidth <= element.clientWidth) return;
      }
    };
    fit();
    const resized = new ResizeObserver(fit);
    resized.observe(element);
    return () => resized.disconnect();
  }, content);
}
