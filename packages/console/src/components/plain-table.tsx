import type { ComponentChildren } from 'preact';
import { ScrollRegion } from './scroll-region.tsx';

interface PlainTableProps {
  readonly label: string;
  /** What stands above each column; no two are the same. */
  readonly columns: readonly string[];
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself where it is wider than the page. */
export function PlainTable({ label, columns, children }: PlainTableProps) {
  return (
    <ScrollRegion label={label}>
      <table class="plain-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </ScrollRegion>
  );
}
