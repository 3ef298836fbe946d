import { KitenError } from '@kiten/codec';
import {
  decodeTpmResponse,
  describeTpmResponse,
  encodeTpmCommand,
  passwordSession,
  type TpmAuthorization,
  type TpmCommandName,
  TpmReader,
  tpmCommandCodes,
} from '@kiten/wire';
import type { TpmTransport } from './transport.ts';

/** A command by its name; what it lacks, it needs not. */
export interface TpmRequest {
  readonly handles?: readonly number[];
  readonly authorizations?: readonly TpmAuthorization[];
  readonly parameters?: Uint8Array;
}

export interface TpmOutcome<Value> {
  readonly handles: readonly number[];
  readonly value: Value;
}

/** TPM_RH (TPM 2.0 Library, Part 2, 7.4). */
export const tpmHierarchy = {
  owner: 0x4000_0001,
  null: 0x4000_0007,
  endorsement: 0x4000_000b,
  platform: 0x4000_000c,
} as const;

const nothing = new Uint8Array(0);

/** The empty password that objects and hierarchies have until somebody sets one. */
export const emptyPassword: TpmAuthorization = {
  session: passwordSession,
  nonce: nothing,
  attributes: 0,
  proof: nothing,
};

/** Answers that mean “send it again”: busy with a self-test, interrupted, not now (Part 2, 6.6.3). */
const again: ReadonlySet<string> = new Set([
  'TPM_RC_RETRY',
  'TPM_RC_YIELDED',
  'TPM_RC_TESTING',
  'TPM_RC_NV_RATE',
]);

export interface TpmOptions {
  /** Waits so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** How often a command is sent that the TPM puts off; 200 unless given. */
  readonly attempts?: number;
}

/** A TPM that commands are sent to, one after the other, whoever asks. */
export class Tpm implements AsyncDisposable {
  readonly #transport: TpmTransport;
  readonly #options: Required<TpmOptions>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(transport: TpmTransport, options: TpmOptions) {
    this.#transport = transport;
    this.#options = { attempts: 200, ...options };
  }

  /**
   * Sends a command and reads what comes back, to its end.
   *
   * @param handleCount handles that the response begins with
   * @throws KitenError `agent/tpm-refused` with the TPM's name for it in `detail.name`; `agent/tpm-unreachable`;
   *   `wire/tpm-…` for an answer that is none
   */
  command<Value>(
    name: TpmCommandName,
    request: TpmRequest,
    read: (reader: TpmReader) => Value,
    handleCount = 0,
  ): Promise<TpmOutcome<Value>> {
    const outcome = this.#last.then(() => this.#send(name, request, read, handleCount));
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  /** The same where only the success counts. */
  async order(name: TpmCommandName, request: TpmRequest): Promise<void> {
    await this.command(name, request, () => undefined);
  }

  async #send<Value>(
    name: TpmCommandName,
    { handles = [], authorizations = [], parameters = nothing }: TpmRequest,
    read: (reader: TpmReader) => Value,
    handleCount: number,
  ): Promise<TpmOutcome<Value>> {
    const command = encodeTpmCommand({ code: tpmCommandCodes[name], handles, authorizations, parameters });
    for (let attempt = 1; ; attempt += 1) {
      const response = decodeTpmResponse(await this.#transport.exchange(command), handleCount);
      if (response.responseCode === 0) {
        const reader = new TpmReader(response.parameters);
        const value = read(reader);
        reader.finish();
        return { handles: response.handles, value };
      }
      const refusal = refused(name, response.responseCode);
      if (attempt >= this.#options.attempts || !again.has(String(refusal.detail?.name))) throw refusal;
      await this.#options.wait(Math.min(attempt, 20));
    }
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function refused(command: TpmCommandName, code: number): KitenError {
  const { name, place } = describeTpmResponse(code);
  const about = place === undefined ? '' : ` (${place.kind} ${place.number})`;
  return new KitenError('agent/tpm-refused', `The TPM refuses ${tpmName(command)}: ${name}${about}.`, {
    detail: { command: tpmName(command), name, code, ...(place === undefined ? {} : { place }) },
  });
}

/** `pcrRead` is TPM2_PCR_Read in the specification. */
function tpmName(command: TpmCommandName): string {
  const words = command.replace(/^(pcr|nv)(?=[A-Z])/, (prefix) => `${prefix.toUpperCase()}_`);
  return `TPM2_${words[0]!.toUpperCase()}${words.slice(1)}`;
}

/** Whether an error is the TPM's refusal with this name. */
export const isTpmRefusal = (error: unknown, name: string): error is KitenError =>
  error instanceof KitenError && error.code === 'agent/tpm-refused' && error.detail?.name === name;
