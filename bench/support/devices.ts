import { Agent, request } from 'node:https';
import {
  createCertificationRequest,
  decodeBase64Lines,
  decodeCertsOnly,
  encodeBase64Lines,
  encodePem,
} from '@kiten/codec';
import { exportPrivateKey, generateSigner } from '@kiten/identity';
import type { Site } from './site.ts';

/** A device with all that it needs in order to enrol. */
export interface Newcomer {
  readonly id: string;
  /** PEM. */
  readonly key: string;
  /** PKCS #10 in base64. */
  readonly request: string;
  readonly token: string;
}

export interface EnrolledDevice {
  readonly id: string;
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

/** How many connections enrol side by side. */
export const enrolmentConnections = 16;

/** Connections that are kept between enrolments, as a gateway in the field keeps them. */
export function enrolmentAgent(site: Site): Agent {
  return new Agent({ keepAlive: true, maxSockets: enrolmentConnections, ca: site.ca });
}

/** Keys, requests and tokens of devices that the site has not met. */
export function prepare(site: Site, ids: readonly string[]): Promise<Newcomer[]> {
  return sideBySide(ids, enrolmentConnections, async (id) => {
    const signer = generateSigner('ES256');
    const csr = createCertificationRequest({ subject: [{ type: 'CN', value: id }] }, signer);
    const { token } = await site.post<{ token: string }>('/tokens', { device: id });
    return { id, key: exportPrivateKey(signer), request: encodeBase64Lines(csr), token };
  });
}

/** Enrols a device by EST with its one-time token. */
export async function enrol(site: Site, agent: Agent, device: Newcomer): Promise<EnrolledDevice> {
  const answer = await simpleEnrol(`${site.ready.device}/.well-known/est/simpleenroll`, agent, device);
  const [certificate] = decodeCertsOnly(decodeBase64Lines(answer));
  if (certificate === undefined) throw new Error('The site answered without a certificate.');
  return { id: device.id, key: device.key, certificate: encodePem('CERTIFICATE', certificate) };
}

/** Devices that are known to the site, made and enrolled. */
export async function enrolled(site: Site, ids: readonly string[]): Promise<EnrolledDevice[]> {
  const agent = enrolmentAgent(site);
  const devices = await prepare(site, ids);
  const done = await sideBySide(devices, enrolmentConnections, (device) => enrol(site, agent, device));
  agent.destroy();
  return done;
}

function simpleEnrol(url: string, agent: Agent, { id, token, request: csr }: Newcomer): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/pkcs10', 'content-length': csr.length };
    const sent = request(url, { method: 'POST', agent, auth: `${id}:${token}`, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`EST answered ${response.statusCode}: ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(csr);
  });
}

/** Does the work for each item, so many at a time. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
