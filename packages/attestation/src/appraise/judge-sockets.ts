import { allowsSocket, isLocalSocket, type RuntimeReference } from '../runtime/runtime-reference.ts';
import type { ListeningSocket } from '../runtime/runtime-report.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** Whether only what may listen does. A stranger that the network reaches is worse than one on the machine alone. */
export function judgeSockets(
  sockets: readonly ListeningSocket[],
  references: readonly RuntimeReference[],
): Conclusion {
  const allowed = references.flatMap(({ sockets: each }) => (each === undefined ? [] : [each]));
  if (allowed.length === 0) return conclude('sockets-unjudged', 'sockets');
  const strangers = sockets.filter(
    (socket) => !allowed.some((each) => each.some((reference) => allowsSocket(reference, socket))),
  );
  const worst = strangers.find((socket) => !isLocalSocket(socket)) ?? strangers[0];
  if (worst === undefined) return conclude('sockets-approved', 'sockets', { count: sockets.length });
  const { protocol, address, port, executable = '–' } = worst;
  return conclude(isLocalSocket(worst) ? 'local-socket-unapproved' : 'socket-unapproved', 'sockets', {
    protocol,
    address: address.slice(0, 200),
    port,
    path: executable.slice(0, 200),
    count: strangers.length,
  });
}
