import { type Connect, reasonCodes } from '@kiten/wire';
import type { PasswordOutcome } from './authenticator.ts';
import { refuseConnect } from './connect-refusal.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { reportFault } from './fault.ts';
import { awaitAnswer } from './waiting.ts';

/** The group that a device has to be in to be let in by a password. Policies give it the few rights it has. */
export const passwordGroup = 'password';

/** Finds out whose user name and password a CONNECT has, and lets the connection count as that device's. */
export function identifyByPassword(
  core: Core,
  connection: Connection,
  { username = '', password }: Connect,
  identified: () => void,
): void {
  const { address } = connection.peer;
  const { verifyPassword } = core.options;
  const reasonCode = reasonCodes.badUserNameOrPassword;
  // Whoever guesses learns nothing from why it failed.
  const told = 'User name or password are not accepted.';
  const refuse = (code: string, message: string): void => {
    refuseConnect(core, connection, { reasonCode, code, message, told });
  };
  if (verifyPassword === undefined || password === undefined) {
    refuse('gateway/password-missing', 'This port wants a user name and a password.');
    return;
  }
  if (!countAttempt(core, connection, username, 1)) {
    const message = 'There were too many attempts: wait a minute.';
    refuseConnect(core, connection, {
      reasonCode: reasonCodes.connectionRateExceeded,
      code: 'gateway/password-attempts',
      message,
    });
    return;
  }
  const secret = Uint8Array.from(password);
  awaitAnswer(
    connection,
    () => verifyPassword(username, secret, { address }),
    (outcome: PasswordOutcome) => {
      const known = 'device' in outcome ? core.device(outcome.device) : undefined;
      if ('busy' in outcome) {
        const reasonCode = reasonCodes.serverBusy;
        refuseConnect(core, connection, { reasonCode, code: 'gateway/password-busy', message: outcome.busy });
      } else if ('refused' in outcome) refuse('gateway/password-wrong', outcome.refused);
      else if (known?.device === undefined)
        refuse('gateway/device-unknown', 'The register does not know the device of this password.');
      else if (!known.device.groups.includes(passwordGroup))
        refuse('gateway/password-not-for-device', 'The device is not one of those that use a password.');
      else if (known.device.password !== outcome.credential)
        refuse('gateway/password-replaced', 'The device has another password by now.');
      else if (known.connections.size >= core.limits.connectionsPerDevice)
        refuse('gateway/too-many-connections', 'The device has as many connections as it may have.');
      else {
        // What succeeds is no guess: many devices may share an address.
        countAttempt(core, connection, username, -1);
        connection.identify(known, outcome.credential);
        identified();
      }
    },
    (error) => reportFault(connection, error),
  );
}

/** Counts an attempt, or takes it back; says whether the name and the address may have so many. */
function countAttempt(core: Core, { place, peer }: Connection, username: string, times: 1 | -1): boolean {
  const { now } = core;
  const { passwordAttempts } = core.bounds;
  const byName = passwordAttempts.allows(`name ${username.slice(0, 128)}`, now, times);
  const byPlace = passwordAttempts.allows(`place ${place?.name ?? peer.address}`, now, times);
  return byName && byPlace;
}
