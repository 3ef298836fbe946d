import { createHmac } from 'node:crypto';
import { KitenError } from '@kiten/codec';

const prefix = 'whsec_';
const shortestSecret = 24;

/** Secrets as Standard Webhooks writes them: `whsec_` and base64, the newest first. @throws KitenError `kiten/webhook-secret` */
export function parseSecrets(text: string): readonly Uint8Array[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const secrets = lines.map((line) =>
    line.startsWith(prefix) ? Buffer.from(line.slice(prefix.length), 'base64') : Buffer.alloc(0),
  );
  if (secrets.length > 0 && secrets.every(({ length }) => length >= shortestSecret)) return secrets;
  throw new KitenError(
    'kiten/webhook-secret',
    `A webhook’s secret is whsec_ and at least ${shortestSecret} bytes in base64, one a line: \`kiten events secret\` makes one.`,
  );
}

/**
 * The headers under which a receiver knows a delivery for ours (Standard Webhooks, “Signature scheme”): an HMAC-SHA-256
 * over id, time and body with each secret, so that one can follow another.
 *
 * @param id the same for each attempt
 * @param at milliseconds since the Unix epoch, of this attempt
 */
export function webhookHeaders(
  secrets: readonly Uint8Array[],
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: Uint8Array },
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
    return `v1,${digest}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
