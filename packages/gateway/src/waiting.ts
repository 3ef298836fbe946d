import type { Connection } from './connection.ts';
import { guarded } from './fault.ts';

/**
 * Asks for something that may take a while. A connection that is not let in yet is held still until the answer is
 * there: what it sends meanwhile waits, bounded, and in its order. The answer is lost on one that is over by then.
 */
export function awaitAnswer<Answer>(
  connection: Connection,
  ask: () => Answer | Promise<Answer>,
  answered: (answer: Answer) => void,
  failed: (error: unknown) => void,
): void {
  let asked: Answer | Promise<Answer>;
  try {
    asked = ask();
  } catch (error) {
    failed(error);
    return;
  }
  if (!(asked instanceof Promise)) {
    answered(asked);
    return;
  }
  const isHeld = !connection.isOpen;
  if (isHeld) connection.hold();
  const isStillThere = (): boolean => {
    connection.core.observe();
    return connection.state === 'connecting' || connection.state === 'open';
  };
  asked
    .then(
      (answer) => isStillThere() && guarded(connection, () => answered(answer)),
      (error: unknown) => isStillThere() && failed(error),
    )
    .finally(() => isHeld && guarded(connection, () => connection.release()));
}
