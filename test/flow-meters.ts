import { readFile } from 'node:fs/promises';
import type { MqttClient } from 'mqtt';
import { type Credentials, enrol } from '../packages/kiten/src/demo/enrol.ts';
import { api, joinAs } from './busy-site.ts';
import type { TestSite } from './kiten.ts';

type Alter = (values: readonly number[]) => readonly number[];

const honest: Alter = (values) => values;
const usual = ['l/s', 'l/s', 'l/s'];
const count = 3;
/** Seconds between two rows. */
const every = 10;
const because = ['--reason', 'one pipe'];

/** What flows through one pipe, as three devices along it measure it. */
function* flow(seed: number): Generator<readonly number[]> {
  let state = seed;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  for (let row = 0; ; row++) {
    const truth = 10 + 3 * Math.sin(row / 17) + Math.sin(row / 5);
    yield Array.from({ length: count }, () => Number((truth + 0.2 * noise()).toFixed(3)));
  }
}

/** Three flow meters, `meter-0` to `meter-2`, which are to be compared as `pipe`. */
export class FlowMeters implements AsyncDisposable {
  readonly #site: TestSite;
  readonly #credentials: readonly Credentials[];
  readonly #source = flow(7);
  #clients: readonly MqttClient[] = [];
  #clock = Math.floor(Date.now() / 1000) - 20_000;

  private constructor(site: TestSite, credentials: readonly Credentials[]) {
    this.#site = site;
    this.#credentials = credentials;
  }

  static async open(site: TestSite): Promise<FlowMeters> {
    const credentials: Credentials[] = [];
    const ca = await readFile(site.ready.ca, 'utf8');
    for (let at = 0; at < count; at++) {
      const id = `meter-${at}`;
      const made = await api<{ token: string }>(site, 'POST', '/tokens', { device: id });
      credentials.push(await enrol(site.ready.device, ca, id, made.body.token));
    }
    const meters = new FlowMeters(site, credentials);
    await meters.join();
    return meters;
  }

  static stream(at: number): string {
    return `meter-${at}/flow`;
  }

  static readonly check = `equal ${[0, 1, 2].map((at) => `${FlowMeters.stream(at)}#value`).join(' ')}`;

  async join(): Promise<void> {
    const joined = this.#credentials.map((own, at) => joinAs(this.#site, `meter-${at}`, own));
    this.#clients = await Promise.all(joined);
  }

  /** Readings with a time of their own, the same moment of all meters after the other. */
  async send(rows: number, alter = honest, units: readonly string[] = usual): Promise<void> {
    for (let row = 0; row < rows; row++, this.#clock += every) {
      const values = alter(this.#source.next().value as readonly number[]);
      for (const [at, client] of this.#clients.entries()) {
        const payload = JSON.stringify([{ n: 'value', u: units[at], v: values[at], t: this.#clock }]);
        await client.publishAsync(`d/meter-${at}/flow`, payload, { qos: 1 });
      }
    }
  }

  /** Something that speaks against one of them and is no reading: it tries topics that are not its own. */
  async probe(at: number): Promise<void> {
    for (const other of ['a', 'b', 'c', 'd', 'e'])
      await this.#clients[at]?.publishAsync(`c/${other}/set`, '1').catch(() => undefined);
  }

  /** Declares their streams and the relation, and has it taught, for 400 rows. */
  async teach(...more: readonly string[]): Promise<void> {
    await this.learn(...more);
    await this.send(450);
  }

  /** Declares them, and begins a lesson of 400 rows. */
  async learn(...more: readonly string[]): Promise<void> {
    const site = this.#site;
    const declared = ['--filter', 'd/+/flow', '--form', 'senml', '--field', 'value', ...because];
    await site.json('measurement', 'stream', 'add', 'flow', ...declared);
    await site.until(async () => {
      await this.send(1);
      const streams = await site.json<unknown[]>('measurement', 'stream', 'list');
      return streams.length === count || undefined;
    }, 'three streams');
    const streams = ['--stream', ...[0, 1, 2].map(FlowMeters.stream), '--every', `${every}`];
    const checks = ['--check', FlowMeters.check, '--alarms-per-day', '1'];
    await site.json('measurement', 'relation', 'add', 'pipe', ...streams, ...checks, ...because);
    const lesson = ['--seconds', '36000', '--rows', '400', ...more, ...because];
    await site.json('measurement', 'relation', 'learn', 'pipe', ...lesson);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.endAsync(true);
  }
}
