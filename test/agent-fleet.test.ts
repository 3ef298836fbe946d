import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MqttClient } from '../packages/agent/src/index.ts';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import { AgentMachine } from './agent-machine.ts';
import { TestSite } from './kiten.ts';

const count = 50;
const liar = 17;

describe.skipIf(!hasSwtpm)('fifty devices, each with a TPM of its own', () => {
  let site: TestSite;
  let fleet: readonly AgentMachine[] = [];
  let sessions: readonly MqttClient[] = [];
  beforeAll(async () => {
    site = await TestSite.start();
    const starting = Array.from({ length: count }, () =>
      MeasuredDevice.start(undefined, undefined, { bare: true }),
    );
    const enrolling = (await Promise.all(starting)).map((started, index) =>
      AgentMachine.enrol(site, `pump-${index}`, { started }),
    );
    fleet = await Promise.all(enrolling);
  }, 120_000);
  afterAll(async () => {
    for (const session of sessions) session.close();
    await Promise.all(fleet.map((machine) => machine[Symbol.asyncDispose]()));
    await site?.[Symbol.asyncDispose]();
  });

  const statuses = async (): Promise<readonly string[]> => {
    const devices = await site.json<{ id: string; status: string }[]>('device', 'list');
    const of = new Map(devices.map(({ id, status }) => [id, status]));
    return fleet.map(({ device }) => of.get(device.id) ?? 'unknown');
  };

  it('are affirmed all at once', async () => {
    const results = await Promise.all(fleet.map((machine) => machine.attest()));
    expect(results.map(({ status }) => status)).toEqual(Array(count).fill('affirming'));
    for (const { findings } of results) expect(findings[0]?.code).toBe('attestation/key-proven');
    expect(await statuses()).toEqual(Array(count).fill('affirming'));
  });

  it('and when one has a register that nothing explains, it falls alone and its session is cut', async () => {
    sessions = await Promise.all(fleet.map((machine) => machine.session()));
    await fleet[liar]!.machine.extend(14, 'what nobody knows');
    const results = await Promise.all(fleet.map((machine) => machine.attest()));
    const expected = fleet.map((_, index) => (index === liar ? 'contraindicated' : 'affirming'));
    expect(results.map(({ status }) => status)).toEqual(expected);
    expect(results[liar]!.findings.map(({ code }) => code)).toContain('attestation/pcr-unexplained');
    expect((await sessions[liar]!.ended).detail).toEqual({ reasonCode: 0x87 });
    const publish = sessions.map((session, index) =>
      session.publish(`d/pump-${index}/alive`, Buffer.from('yes')).then(
        () => 'affirming',
        () => 'contraindicated',
      ),
    );
    expect(await Promise.all(publish)).toEqual(expected);
  });
});
