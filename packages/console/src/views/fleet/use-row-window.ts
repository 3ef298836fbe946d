import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { type RowWindow, rowWindow, sameWindow } from '../../fleet/row-window.ts';

/** Until a row has been measured. */
const USUAL_HEIGHT = 36;

/** Which of a table body's rows are near the screen. All rows are equally high; one that is drawn is measured. */
export function useRowWindow(body: RefObject<HTMLTableSectionElement | null>, rows: number): RowWindow {
  const [shown, setShown] = useState(() => atTheTop(rows));

  function look(): void {
    const element = body.current;
    if (element === null) return;
    const scrolled = -topOfRows(element);
    const next = rowWindow({ rows, rowHeight: heightOfRow(element), scrolled, height: innerHeight });
    setShown((before) => (sameWindow(before, next) ? before : next));
  }

  // Before each paint: the number of rows and the room above the table may have changed.
  useLayoutEffect(look);
  useEffect(() => {
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  });
  return shown.end > rows ? atTheTop(rows) : shown;
}

function atTheTop(rows: number): RowWindow {
  return rowWindow({ rows, rowHeight: USUAL_HEIGHT, scrolled: 0, height: innerHeight });
}

/** Where the first row is, or would be: what stands in for the rows above begins there. */
export function topOfRows(body: HTMLTableSectionElement): number {
  return (body.previousElementSibling ?? body).getBoundingClientRect().top;
}

export function heightOfRow(body: HTMLTableSectionElement): number {
  return body.querySelector('tr[data-row]')?.getBoundingClientRect().height || USUAL_HEIGHT;
}
