import { readFile } from 'node:fs/promises';

/** The versions whose normative statements are listed. */
export const standards = ['5.0', '3.1.1'] as const;
export type Standard = (typeof standards)[number];

/**
 * One normative statement. `server`: binds a server, or a server can hold a client to it, and does. `client`: binds
 * clients alone. `moot`: there is nothing here that it could bind; the text says why.
 */
export interface Statement {
  readonly standard: Standard;
  /** `3.1.2-4`, as the standard numbers it. */
  readonly id: string;
  readonly binds: 'server' | 'client' | 'moot';
  /** What it asks for, in our words. */
  readonly text: string;
}

const line = /^(?<id>\d+(?:\.\d+)+-\d+) (?<binds>server|client|moot) (?<text>\S.*)$/;

/** The statements of a standard (MQTT 5.0 appendix B, MQTT 3.1.1 appendix B), in its order. */
export async function statementsOf(standard: Standard): Promise<readonly Statement[]> {
  const text = await readFile(new URL(`./mqtt-${standard}.txt`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((row) => {
      const parts = line.exec(row)?.groups as Omit<Statement, 'standard'> | undefined;
      if (parts === undefined) throw new Error(`mqtt-${standard}.txt: not a statement: ${row}`);
      return { standard, id: parts.id, binds: parts.binds, text: parts.text };
    });
}
