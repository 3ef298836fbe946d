import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { rootCertificates } from 'node:tls';
import { KitenError } from '@kiten/codec';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface PostOptions {
  readonly contentType: string;
  /** PEM of a CA that is trusted besides the system's. */
  readonly ca?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const timeout = 10_000;
const maximumAnswer = 65_536;

/**
 * Sends a request to another party's server, bounded in time and size. Redirects are not followed: who is asked was
 * chosen by an operator.
 *
 * @throws KitenError `kiten/peer-unreachable`, `kiten/peer-answer-too-large`, `kiten/peer-address`
 */
export function post(
  url: string,
  body: Uint8Array,
  { contentType, ca, headers }: PostOptions,
): Promise<Answer> {
  const target = addressOf(url);
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-type': contentType, 'content-length': body.length },
    signal: AbortSignal.timeout(timeout),
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
  };
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) =>
      reject(
        cause instanceof KitenError
          ? cause
          : new KitenError('kiten/peer-unreachable', `${target.origin} does not answer.`, { cause }),
      );
    const outgoing = (target.protocol === 'https:' ? requestHttps : requestHttp)(
      target,
      options,
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('error', failed);
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > maximumAnswer) {
            const message = `${target.origin} answered with more than ${maximumAnswer} bytes.`;
            outgoing.destroy(new KitenError('kiten/peer-answer-too-large', message));
          }
        });
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers['content-type'] ?? '',
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('error', failed);
    outgoing.end(body);
  });
}

/** @throws KitenError `kiten/peer-address` unless it is an HTTP or HTTPS address without credentials. */
export function addressOf(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target !== undefined && /^https?:$/.test(target.protocol) && target.username === '') return target;
  throw new KitenError('kiten/peer-address', `“${url.slice(0, 200)}” is not an HTTP address.`);
}
