import { KitenError } from '@kiten/codec';

export const campaignStates = [
  'draft',
  'running',
  'paused',
  'aborted',
  'finished',
  'rolling-back',
  'rolled-back',
] as const;
export type CampaignState = (typeof campaignStates)[number];

/** What operators tell a campaign to do, and what it comes to by itself. */
export const campaignCommands = ['start', 'pause', 'resume', 'abort', 'rollback', 'finish'] as const;
export type CampaignCommand = (typeof campaignCommands)[number];

const transitions: Readonly<
  Record<CampaignState, Readonly<Partial<Record<CampaignCommand, CampaignState>>>>
> = {
  draft: { start: 'running', abort: 'aborted' },
  running: { pause: 'paused', abort: 'aborted', rollback: 'rolling-back', finish: 'finished' },
  paused: { resume: 'running', abort: 'aborted', rollback: 'rolling-back' },
  aborted: { rollback: 'rolling-back' },
  finished: { rollback: 'rolling-back' },
  'rolling-back': { finish: 'rolled-back', abort: 'aborted' },
  'rolled-back': {},
};

/** What comes of a command. @throws KitenError `update/campaign-state` if it makes no sense now */
export function commanded(name: string, state: CampaignState, command: CampaignCommand): CampaignState {
  const next = transitions[state][command];
  if (next !== undefined) return next;
  const possible = Object.keys(transitions[state]).filter((one) => one !== 'finish');
  const instead =
    possible.length === 0 ? 'Nothing more can be done with it' : `It takes: ${possible.join(', ')}`;
  throw new KitenError('update/campaign-state', `The campaign “${name}” is ${state}. ${instead}.`, {
    detail: { state, command },
  });
}

/** Whether devices may still be told something by it. */
export const isAtWork = (state: CampaignState): boolean =>
  state === 'running' || state === 'paused' || state === 'rolling-back';
