import { spawn } from 'node:child_process';
import type { Environment } from './environment.ts';

/** What a service manager is told (sd_notify(3)). */
export type ServiceState = 'READY=1' | 'STOPPING=1';

/**
 * Tells systemd how the service stands, if it asked to be told. Its own program does so, as Node has no datagram sockets of
 * the local family; nobody waits for it. Whoever is not told (it is not there, say) is named on standard error: a service
 * that never says that it is ready is taken for one that failed.
 */
export function tellServiceManager(state: ServiceState, environment: Environment): void {
  const { NOTIFY_SOCKET, PATH = '' } = environment;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return;
  const complain = (why: string): void => {
    process.stderr.write(`kiten: the service manager was not told ${state}: ${why}\n`);
  };
  const child = spawn('systemd-notify', [state], { env: { NOTIFY_SOCKET, PATH }, stdio: 'ignore' });
  child.on('error', ({ message }) => complain(message));
  child.on('exit', (code) => code !== 0 && complain(`systemd-notify ended with ${code}`));
  child.unref();
}
