import { type Clock, KitenError } from '@kiten/codec';
import { Pace, type PaceLimits } from './pace.ts';

/** What a server answered. */
export interface FetchedFile {
  readonly status: number;
  /** With no content encoding, or with it undone. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Asks a server for a file. Redirections are the caller’s business; when the signal says so it gives up. */
export type FetchFile = (url: string, signal: AbortSignal) => Promise<FetchedFile>;

/** By whom, and within which bounds, a file is retrieved. */
export interface Retrieval extends PaceLimits {
  readonly fetch: FetchFile;
  readonly clock: Clock;
  /** Octets, after which it is given up: from the declared length, or the limit of its role. */
  readonly maxBytes: number;
}

/**
 * Retrieves a file piece by piece. However the other side behaves, it ends: within the deadline, after `maxBytes`, or
 * when less arrives than the least rate.
 *
 * @throws KitenError `update/not-found` (403, 404 and 410 say so), `update/fetch-failed`, `update/endless-data`,
 * `update/retrieval-slow`, `update/retrieval-deadline`.
 */
export async function* retrieve(url: string, retrieval: Retrieval): AsyncGenerator<Uint8Array> {
  const aborted = new AbortController();
  const pace = new Pace(retrieval.clock, retrieval);
  try {
    const { status, body } = await pace.within(answered(url, retrieval.fetch(url, aborted.signal)));
    checkStatus(url, status);
    const pieces = body[Symbol.asyncIterator]();
    let received = 0;
    for (;;) {
      const { done, value } = await pace.within(answered(url, pieces.next()));
      if (done === true) return;
      received += value.length;
      if (received > retrieval.maxBytes) {
        throw new KitenError('update/endless-data', `${url} is longer than ${retrieval.maxBytes} octets.`, {
          detail: { url, maxBytes: retrieval.maxBytes },
        });
      }
      pace.received(value.length);
      yield value;
    }
  } finally {
    aborted.abort();
  }
}

/** The whole of a file. */
export async function retrieveWhole(url: string, retrieval: Retrieval): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of retrieve(url, retrieval)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function answered<T>(url: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new KitenError('update/fetch-failed', `${url} cannot be fetched.`, { cause, detail: { url } });
  }
}

function checkStatus(url: string, status: number): void {
  if (status === 200) return;
  const detail = { url, status };
  if (status === 403 || status === 404 || status === 410) {
    throw new KitenError('update/not-found', `There is no ${url}.`, { detail });
  }
  throw new KitenError('update/fetch-failed', `${url} answers with status ${status}.`, { detail });
}
