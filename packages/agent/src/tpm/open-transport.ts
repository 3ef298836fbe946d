import { KitenError } from '@kiten/codec';
import { openTpmDevice } from './device-transport.ts';
import { openTpmSimulator } from './simulator-transport.ts';
import { openTpmSocket } from './socket-transport.ts';
import type { TpmTransport } from './transport.ts';

/**
 * Opens the way to a TPM, written as tpm2-tools write it: `device:/dev/tpmrm0`, `swtpm:path=/run/tpm.sock`,
 * `swtpm:host=127.0.0.1,port=2321`, `mssim:host=127.0.0.1,port=2321`.
 *
 * @throws KitenError `agent/tpm-address`, `agent/tpm-unreachable`
 */
export async function openTpmTransport(address: string): Promise<TpmTransport> {
  const [, kind, rest = ''] = /^(device|swtpm|mssim)(?::(.*))?$/.exec(address) ?? [];
  if (kind === 'device') return openTpmDevice(rest === '' ? '/dev/tpmrm0' : rest);
  if (kind === undefined) throw unreadable(address);
  const { path, host = '127.0.0.1', port = '2321' } = keysAndValues(rest, address);
  if (kind === 'swtpm' && path !== undefined) return openTpmSocket({ path }, path);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_534 || path !== undefined) throw unreadable(address);
  if (kind === 'mssim') return openTpmSimulator(host, Number(port));
  return openTpmSocket({ host, port: Number(port) }, `${host}:${port}`);
}

function keysAndValues(text: string, address: string): { path?: string; host?: string; port?: string } {
  const pairs = text === '' ? [] : text.split(',').map((pair) => pair.split(/=(.*)/s, 2));
  const keys = pairs.map(([key]) => key);
  const known = pairs.every(
    ([key = '', value]) => ['path', 'host', 'port'].includes(key) && value !== undefined,
  );
  if (!known || new Set(keys).size !== keys.length) throw unreadable(address);
  return Object.fromEntries(pairs);
}

const unreadable = (address: string) =>
  new KitenError(
    'agent/tpm-address',
    `“${address}” is no TPM: write device:/dev/tpmrm0, swtpm:path=SOCKET, swtpm:host=HOST,port=PORT or mssim:host=HOST,port=PORT.`,
  );
