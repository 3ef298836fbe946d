// Planning a campaign over 1,000,000 simulated devices: each is judged by what is known of it and by a cohort in Cedar, and
// drawn into one of four waves. Beside it, in the same run, what the cohort's policies alone take. One JSON line per figure.
import { type DeviceFacts, planCampaign, type Release, readCampaign } from '@kiten/update';
import { compileCohort } from '../packages/kiten/src/site/update/cohort.ts';
import { cpuSeconds, print } from './figure.ts';

const fleet = 1_000_000;
const hardware = ['gateway-3', 'pump-2', 'valve-1'];
const definition = readCampaign({
  name: 'gateways to 2.1',
  targets: ['gateway-2.1.img', 'pump-2.1.img'],
  cohort: `permit (principal in Group::"field", action == Action::"update", resource)
when { principal.tier.executables == "affirming" && principal has version && principal.version like "1.*" };
forbid (principal, action, resource) when { principal has model && principal.model == "kept back" };`,
  waves: [{ devices: 100 }, { percent: 1 }, { percent: 20, perMinute: 5000 }, { percent: 100 }],
});
const releases: readonly Release[] = ['gateway-3', 'pump-2'].map((hardwareId) => ({
  ...{ target: `${hardwareId.split('-')[0]}-2.1.img`, length: 1 << 26, hashes: { sha256: '0'.repeat(64) } },
  ...{
    hardwareIds: [hardwareId],
    releaseCounter: 7,
    version: '2.1',
    references: [],
    remedies: ['attestation/boot-unapproved'],
  },
}));

function* devices(): Generator<DeviceFacts> {
  for (let number = 0; number < fleet; number += 1) {
    const isSick = number % 500 === 0;
    yield {
      id: `device-${number}`,
      groups: number % 10 === 0 ? ['lab'] : ['field', `hall-${number % 40}`],
      model: number % 100 === 0 ? 'kept back' : `model ${number % 7}`,
      standing: number % 1000 === 1 ? 'quarantined' : 'admitted',
      trust: isSick ? 'contraindicated' : 'affirming',
      overdue: false,
      vector: {
        ...{
          'instance-identity': 2,
          configuration: 2,
          executables: number % 50 === 3 ? 33 : 2,
          'file-system': 2,
        },
        ...{ hardware: 2, 'runtime-opaque': 0, 'storage-opaque': 2, 'sourced-data': 0 },
      },
      adverse: isSick ? ['attestation/boot-unapproved'] : [],
      ecus: [
        {
          ...{
            ecu: 'main',
            hardwareId: hardware[number % 3] as string,
            releaseCounter: number % 20 === 5 ? 8 : 6,
          },
          ...{ target: 'old.img', version: number % 2 === 0 ? '1.9' : '1.10' },
        },
      ],
    };
  }
}

const cohort = compileCohort(definition.cohort, 'plant-7.example');
let members = 0;
const spent = await cpuSeconds(() => {
  const plan = planCampaign(devices(), { definition, releases, cohort, seed: 'bench' });
  members = plan.waves.reduce((sum, { devices }) => sum + devices.length, 0);
});
const asked = await cpuSeconds(() => {
  for (const device of devices()) cohort(device, releases);
});
print({
  figure: 'campaign over 1,000,000 devices planned (peer: its Cedar policies alone), CPU',
  value: spent,
  unit: 's',
  peer: asked,
  floor: 20,
  goal: 5,
  rounds: 1,
});
if (members === 0) throw new Error('nobody was planned');
