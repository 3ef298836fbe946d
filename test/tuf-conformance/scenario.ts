import { day, isoTime } from '../../packages/update/test/support/simulator.ts';

/** What each test of a file of the suite asks of a client, by the test’s name. */
export type Scenarios = Readonly<Record<string, () => Promise<void>>>;

/** A test of the suite that is run for several cases: `NAME[CASE]`, as pytest writes it. */
export function each<T>(
  name: string,
  cases: Readonly<Record<string, T>>,
  scenario: (value: T, title: string) => Promise<void>,
): Scenarios {
  return Object.fromEntries(
    Object.entries(cases).map(([title, value]) => [`${name}[${title}]`, () => scenario(value, title)]),
  );
}

/** A time as metadata has it, so many days from now. */
export const inDays = (days: number): string => isoTime(Date.now() + days * day);

/** What a client trusts that has seen the first of each. */
export const first = { root: 1, snapshot: 1, targets: 1, timestamp: 1 };
