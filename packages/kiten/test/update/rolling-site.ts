import { createHash } from 'node:crypto';
import type { Signer } from '@kiten/codec';
import { generateSigner } from '@kiten/identity';
import type { DeviceId } from '@kiten/trust';
import { type Report, signReport, signVehicleManifest } from '@kiten/update';
import { type KeptTargetFile, putRelease } from '../../src/store/update-releases.ts';
import { ann, type InnerSite, start } from '../fixtures.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Puts a release into the site’s book, as a publication would. */
export async function release(site: InnerSite, target: string, custom: object = {}): Promise<void> {
  const kept: KeptTargetFile = {
    target,
    file: {
      length: target.length,
      hashes: new Map([['sha256', sha256(target)]]),
      custom: { hardwareIds: ['pump-2'], releaseCounter: 7, version: '2.1', ...custom },
    },
    ...{ publishedBy: 'operator:ann', publishedAt: start, logSize: site.ledger.size },
  };
  await putRelease(site.database, kept);
  site.releases.put(kept);
}

/** A device that asks as its agent would. */
export class RollingDevice {
  readonly site: InnerSite;
  readonly id: DeviceId;
  readonly signer: Signer;
  runs: string;
  #reports = 0;

  constructor(site: InnerSite, id: string, signer: Signer, runs = 'pump-2.0.img') {
    this.site = site;
    this.id = id as DeviceId;
    this.signer = signer;
    this.runs = runs;
  }

  /** Admits a device of this model. */
  static async admit(site: InnerSite, id: string, model = 'pump-2'): Promise<RollingDevice> {
    const device = new RollingDevice(site, id, await site.admit(id));
    await site.references.describe(id, { model }, ann, 'test');
    return device;
  }

  manifest(signer = this.signer): Uint8Array {
    this.#reports += 1;
    const now = this.site.clock.now();
    const installed = {
      path: this.runs,
      length: this.runs.length,
      hashes: new Map([['sha256', sha256(this.runs)]]),
    };
    const report = {
      ecu: 'main',
      installed,
      attacksDetected: '',
      time: now,
      previousTime: now,
      counter: this.#reports,
    };
    const reports = new Map([['main', signReport(report, signer)]]);
    return signVehicleManifest({ vehicle: this.id, primary: 'main', reports }, signer);
  }

  ask(manifest = this.manifest()) {
    return this.site.updates.hear(this.id, manifest, this.signer.publicKey);
  }

  say(state: Report['state'], target = 'pump-2.1.img', more: Partial<Report> = {}): Promise<void> {
    return this.site.updates.report(this.id, target, { state, ...more });
  }

  /** Takes what it is told, and confirms it. */
  async update(target = 'pump-2.1.img'): Promise<void> {
    this.runs = target;
    await this.say('installed', target);
    await this.say('confirmed', target);
  }

  async why(campaign: string): Promise<string | undefined> {
    const explained = await this.site.updates.explain(this.id);
    return explained.find((one) => one.campaign.id === campaign)?.reason.code;
  }
}

export const stranger = generateSigner('ES256');

export const definition = (more: object = {}) => ({
  name: 'pumps to 2.1',
  targets: ['pump-2.1.img'],
  cohort: 'permit (principal, action == Action::"update", resource);',
  waves: [{ devices: 2 }, { percent: 100 }],
  gate: { soakSeconds: 60, proof: 'report', tolerate: { devices: 1, percent: 10 } },
  ...more,
});
