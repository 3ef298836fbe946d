import {
  type CampaignDefinition,
  type DeviceFacts,
  type EcuFacts,
  type Member,
  type Release,
  readCampaign,
} from '../../src/index.ts';

export const definitionJson = {
  name: 'pumps to 2.1',
  targets: ['pump-2.1.img'],
  cohort: 'permit (principal, action, resource);',
  waves: [{ devices: 10 }, { percent: 100 }],
};

export const definition = (more: object = {}): CampaignDefinition =>
  readCampaign({ ...definitionJson, ...more });

export const release = (more: Partial<Release> = {}): Release => ({
  target: 'pump-2.1.img',
  length: 1000,
  hashes: { sha256: 'ab'.repeat(32) },
  hardwareIds: ['pump-2'],
  releaseCounter: 7,
  version: '2.1',
  references: [],
  remedies: [],
  ...more,
});

export const ecu = (more: Partial<EcuFacts> = {}): EcuFacts => ({
  ecu: 'main',
  hardwareId: 'pump-2',
  target: 'pump-2.0.img',
  version: '2.0',
  releaseCounter: 6,
  ...more,
});

export const device = (more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  id: 'pump-1',
  groups: ['pumps'],
  standing: 'admitted',
  trust: 'affirming',
  overdue: false,
  vector: {},
  adverse: [],
  ecus: [ecu()],
  ...more,
});

export const member = (more: Partial<Member> = {}): Member => ({
  device: 'pump-1',
  wave: 0,
  kind: '',
  state: 'waiting',
  attempts: 0,
  ...more,
});

export const everybody = () => true;
