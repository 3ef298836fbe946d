import { claimNames } from '../trust/claims.ts';
import type { Row } from './fleet.ts';

const columns = [
  'device',
  'status',
  'overdue',
  'standing',
  'groups',
  ...claimNames,
  'connections',
  'registeredAt',
] as const;

/** Rows of the fleet as CSV with a heading line (RFC 4180). */
export function fleetCsv(rows: readonly Row[]): string {
  const lines = rows.map(({ device }) =>
    [
      device.id,
      device.status,
      device.overdue,
      device.standing,
      device.groups.join(' '),
      ...claimNames.map((name) => device.vector[name]),
      device.connections.map(({ clientId, address }) => `${clientId} ${address}`).join('; '),
      new Date(device.registeredAt).toISOString(),
    ]
      .map(cell)
      .join(','),
  );
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

/** The same as JSON, one device after the other as the site tells them. */
export function fleetJson(rows: readonly Row[]): string {
  return JSON.stringify(
    rows.map(({ device }) => device),
    null,
    1,
  );
}

/** A text that a spreadsheet would take for a formula is made a text. */
function cell(value: string | number | boolean): string {
  const text = typeof value === 'string' ? value.replace(/^(?=[=+@-])/, "'") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
