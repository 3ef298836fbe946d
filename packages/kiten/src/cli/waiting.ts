import { print, showTime } from './output.ts';

/** What the site answers if a second person has to agree. */
export interface Waiting {
  readonly approval: { readonly id: string; readonly action: string; readonly expiresAt: number };
}

/** Whether it waits for a second person; says so, unless the answer is printed as JSON anyway. */
export function isWaiting(answer: object, { json }: { readonly json?: boolean }): answer is Waiting {
  if (!('approval' in answer)) return false;
  const { id, action, expiresAt } = (answer as Waiting).approval;
  if (json !== true) {
    print(`This takes a second person (${action}). Until ${showTime(expiresAt)} UTC somebody else may run:`);
    print(`  kiten approval approve ${id} --reason …`);
  }
  return true;
}
