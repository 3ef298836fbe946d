import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AttestationClient,
  attest,
  enrol,
  gather,
  type Host,
  loadConfiguration,
  MqttClient,
  openHost,
  requireIdentity,
  SiteClient,
} from '../packages/agent/src/index.ts';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import type { ChallengeMessage, ResultMessage, TpmEvidence } from '../packages/attestation/src/index.ts';
import { encodeTpmEvidence } from '../packages/attestation/src/index.ts';
import { type AgentDevice, agentDevice } from './agent.ts';
import type { TestSite } from './kiten.ts';

/** What the agent gets from this process. */
export const agentPorts = {
  clock: { now: () => Date.now() },
  random: (length: number) => new Uint8Array(randomBytes(length)),
  environment: process.env,
  wait: async (milliseconds: number, signal?: AbortSignal) => {
    const options = signal === undefined ? {} : { signal };
    // Told to stop, it is over early.
    await delay(milliseconds, undefined, options).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
  },
};

/** Where the agent finds its TPM and the logs of the machine, and where it keeps the key of its certificate. */
export const settingsOf = ({ address, logs, root }: MeasuredDevice, key: 'tpm' | 'file' = 'file'): string => `
[tpm]
address = "${address}"
[key]
store = "${key}"
[logs]
boot = "${logs.bootLog}"
measurements = "${logs.imaLog}"
[runtime]
root = "${root}"
`;

/** Takes what a device showed last for what devices have to show. @param target `site`, `device:ID` … */
export async function learnFrom(site: TestSite, device: string, target: string): Promise<void> {
  const file = join(site.directory, `${device}.corim`);
  const name = ['--vendor', 'Acme', '--model', 'gateway 1.0'];
  await site.json('attest', 'learn', '--device', device, ...name, '--out', file);
  await site.json('attest', 'reference', 'add', file, '--to', target, '--reason', 'the golden device');
}

/** A session by MQTT as the agent's device. */
export async function sessionOf(site: TestSite, host: Host): Promise<MqttClient> {
  const [, port] = site.ready.mqtts.split(':');
  const { connect } = await requireIdentity(host);
  const stream = await connect({ host: 'localhost', port: Number(port) });
  const { device } = host.configuration;
  return MqttClient.connect(stream, { clientId: device, keepAlive: 60, received: () => undefined });
}

/** An agent on a machine with a software TPM, in this process, so that a test can have it lie. */
export class AgentMachine implements AsyncDisposable {
  readonly site: TestSite;
  readonly device: AgentDevice;
  readonly machine: MeasuredDevice;
  readonly host: Host;

  private constructor(site: TestSite, device: AgentDevice, machine: MeasuredDevice, host: Host) {
    this.site = site;
    this.device = device;
    this.machine = machine;
    this.host = host;
  }

  /** A machine whose agent is enrolled. */
  static async enrol(
    site: TestSite,
    id: string,
    {
      started,
      group,
      settings = '',
    }: { readonly started?: MeasuredDevice; readonly group?: string; readonly settings?: string } = {},
  ): Promise<AgentMachine> {
    const machine = started ?? (await MeasuredDevice.start());
    const device = await agentDevice(site, id, settingsOf(machine) + settings);
    const host = await openHost(await loadConfiguration(device.configuration), agentPorts);
    const body = JSON.stringify({ device: id, ...(group === undefined ? {} : { group }) });
    const headers = { 'content-type': 'application/json' };
    const answer = await site.fetch('/tokens', { method: 'POST', body, headers });
    if (answer.status !== 201) throw new Error(`no token: ${await answer.text()}`);
    const { token } = (await answer.json()) as { token: string };
    await enrol(host, token);
    return new AgentMachine(site, device, machine, host);
  }

  attest(): Promise<ResultMessage> {
    return attest(this.host);
  }

  async client(): Promise<AttestationClient> {
    const { connect } = await requireIdentity(this.host);
    return new AttestationClient(new SiteClient(this.host.configuration.site, connect));
  }

  /** The evidence that the machine itself would send, with its report on what it runs. */
  collect(challenge: ChallengeMessage, from: AgentMachine = this): Promise<TpmEvidence> {
    return gather(from.host, challenge);
  }

  /** Attests, with evidence that is first changed. */
  async lie(
    change: (evidence: TpmEvidence, challenge: ChallengeMessage) => TpmEvidence | Promise<TpmEvidence>,
  ): Promise<ResultMessage> {
    const client = await this.client();
    const challenge = await client.challenge();
    return client.present(encodeTpmEvidence(await change(await this.collect(challenge), challenge)));
  }

  /** A session by MQTT as this device. */
  session(): Promise<MqttClient> {
    return sessionOf(this.site, this.host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}
