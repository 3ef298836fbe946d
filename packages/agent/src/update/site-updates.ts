import { encodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { type LogInclusion, parseInclusion } from '@kiten/update';
import type { SiteClient } from '../site/site-client.ts';
import type { UpdateReport } from './state.ts';

/** What the site says to a manifest. */
export interface ManifestAnswer {
  /** Paths of the images that the device is to run. */
  readonly assigned: readonly string[];
  /** Paths of images that the device was told of before and is not to run. */
  readonly withdrawn: readonly string[];
  readonly checkAgainInSeconds: number;
}

const json = { 'content-type': 'application/json', accept: 'application/json' };
const mostAssigned = 256;
const mostSeconds = 30 * 86_400;

/** Updates on the site’s port for devices. Each operation throws `agent/site-…`. */
export class SiteUpdates {
  readonly #site: SiteClient;

  constructor(site: SiteClient) {
    this.#site = site;
  }

  async present(manifest: Uint8Array): Promise<ManifestAnswer> {
    const { body } = await this.#site.ask({
      method: 'POST',
      path: '/update/manifest',
      headers: json,
      body: manifest,
    });
    const value = parseJsonStrict(body.toString('utf8'), { maxBytes: 65_536, maxDepth: 4 });
    const answer = Object(value) as Readonly<Record<string, unknown>>;
    const { assigned, withdrawn = [], checkAgainInSeconds: seconds } = answer;
    if (isPaths(assigned) && isPaths(withdrawn) && isSeconds(seconds))
      return { assigned, withdrawn, checkAgainInSeconds: seconds };
    throw new KitenError('agent/site-answer', 'The site answers a manifest otherwise than it should.');
  }

  async report(report: UpdateReport): Promise<void> {
    const body = encodeUtf8(JSON.stringify(report));
    await this.#site.ask({ method: 'POST', path: '/update/report', headers: json, body });
  }

  /** Undefined if the site has none. @param since the size of the tree that was seen last. */
  async inclusion(sha256: string, since: number | undefined): Promise<LogInclusion | undefined> {
    const query = since === undefined ? '' : `?since=${since}`;
    try {
      const { body } = await this.#site.ask({ method: 'GET', path: `/update/inclusion/${sha256}${query}` });
      return parseInclusion(body);
    } catch (error) {
      if (error instanceof KitenError && error.detail?.status === 404) return undefined;
      throw error;
    }
  }
}

const isPaths = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= mostAssigned && value.every((each) => typeof each === 'string');

const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= mostSeconds;
