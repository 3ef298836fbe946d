import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { KitenError } from '@kiten/codec';
import type { Api } from '../api/server.ts';
import type { ConsoleDoorConfiguration } from '../config/configuration.ts';
import { listenOnAll } from '../device/listen.ts';
import { namingPort } from './local-listener.ts';

/** The console beyond this machine: by HTTPS, under the certificate that the operator has for its names. */
export interface ConsoleDoor {
  readonly port: number;
  /** When the certificate that is shown begins and ends. */
  readonly certificate: { readonly notBefore: number; readonly notAfter: number };
  /** Reads certificate and key anew. @returns whether they are others */
  renew(): Promise<boolean>;
  close(): Promise<void>;
}

interface Material {
  readonly cert: string;
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** @throws KitenError `kiten/console-certificate`, `kiten/port-in-use` */
export async function openConsoleDoor(
  api: Api,
  directory: string,
  configuration: ConsoleDoorConfiguration,
): Promise<ConsoleDoor> {
  let present = await readMaterial(directory, configuration);
  const { cert, key } = present;
  const server = createServer({ cert, key, minVersion: 'TLSv1.2' }, (request, response) =>
    api.routing(request, response),
  );
  const { hosts, port } = configuration;
  const doors = await namingPort('console', port, () => listenOnAll(server, hosts, port));
  return {
    port: doors.port,
    get certificate() {
      return present;
    },
    async renew() {
      const read = await readMaterial(directory, configuration);
      if (read.cert === present.cert && read.key === present.key) return false;
      server.setSecureContext({ cert: read.cert, key: read.key, minVersion: 'TLSv1.2' });
      present = read;
      return true;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([doors.close(), closed]);
    },
  };
}

/** What is shown must be a pair, and speak for every name: browsers would refuse it, and passkeys with it. */
async function readMaterial(
  directory: string,
  { certificate, key: keyFile, names }: ConsoleDoorConfiguration,
): Promise<Material> {
  const cert = await read(resolve(directory, certificate));
  const key = await read(resolve(directory, keyFile));
  try {
    createSecureContext({ cert, key });
    const shown = new X509Certificate(cert);
    const missing = names.find((name) => !speaksFor(shown, name));
    if (missing !== undefined) throw new Error(`it does not speak for ${missing}.`);
    return { cert, key, notBefore: Date.parse(shown.validFrom), notAfter: Date.parse(shown.validTo) };
  } catch (cause) {
    const message = `${certificate} and ${keyFile} are no certificate of the console: ${(cause as Error).message}`;
    throw new KitenError('kiten/console-certificate', message, { cause });
  }
}

function speaksFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('kiten/console-certificate', `${file} cannot be read.`, { cause });
  }
}
