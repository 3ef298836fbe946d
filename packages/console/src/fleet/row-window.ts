/** Which rows of a long table are worth drawing, and how tall what is left out above and below is. */
export interface RowWindow {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
  /** In pixels. */
  readonly above: number;
  readonly below: number;
}

export interface Viewport {
  readonly rows: number;
  readonly rowHeight: number;
  /** How far the top of the first row lies above the top of the screen, in pixels; negative if below it. */
  readonly scrolled: number;
  readonly height: number;
}

/** Rows kept ready beyond the edges, so that moving by keyboard always finds the next one. */
const SPARE = 12;

export function rowWindow({ rows, rowHeight, scrolled, height }: Viewport): RowWindow {
  const last = Math.ceil((scrolled + height) / rowHeight) + SPARE;
  const end = Math.max(0, Math.min(rows, last));
  const first = Math.max(0, Math.min(end, Math.floor(scrolled / rowHeight) - SPARE));
  return { first, end, above: first * rowHeight, below: (rows - end) * rowHeight };
}

export function sameWindow(left: RowWindow, right: RowWindow): boolean {
  return (
    left.first === right.first &&
    left.end === right.end &&
    left.above === right.above &&
    left.below === right.below
  );
}
