import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { heightOfRow, topOfRows } from './use-row-window.ts';

const PAGE = 10;

/**
 * Moves the focus from row to row with the arrow keys, also to rows that are not drawn yet.
 * `start` is the row that has the focus first; -1 for none.
 */
export function useRowFocus(
  body: RefObject<HTMLTableSectionElement | null>,
  rows: number,
  start: number,
): (event: KeyboardEvent) => void {
  const wanted = useRef(start);
  const begun = useRef(start < 0);

  useLayoutEffect(() => {
    const element = body.current;
    if (element === null || wanted.current < 0) return;
    if (!begun.current) {
      begun.current = true;
      bringIntoView(element, wanted.current);
    }
    const link = linkOf(element, wanted.current);
    if (link === null) return;
    wanted.current = -1;
    link.focus();
    link.scrollIntoView({ block: 'nearest' });
  });

  return (event) => {
    const element = body.current;
    const at = (event.target as Element).closest<HTMLElement>('tr[data-row]')?.dataset.row;
    if (element === null || at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = target(event.key, Number(at), rows);
    if (to === undefined) return;
    event.preventDefault();
    const link = linkOf(element, to);
    if (link !== null) {
      link.focus();
      return;
    }
    wanted.current = to;
    bringIntoView(element, to);
  };
}

function target(key: string, at: number, rows: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: rows - 1,
  };
  const to = steps[key];
  return to === undefined ? undefined : Math.max(0, Math.min(rows - 1, to));
}

function linkOf(body: HTMLElement, index: number): HTMLElement | null {
  return body.querySelector<HTMLElement>(`tr[data-row="${index}"] a`);
}

function bringIntoView(body: HTMLTableSectionElement, index: number): void {
  const top = scrollY + topOfRows(body) + index * heightOfRow(body);
  scrollTo({ top: top - innerHeight / 2, behavior: 'instant' });
}
