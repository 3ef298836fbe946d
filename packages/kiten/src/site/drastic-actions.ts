import { KitenError } from '@kiten/codec';
import type { BrakeRecord } from '../store/brakes.ts';
import type { ExceptionRecord } from '../store/exceptions.ts';
import type { KeyDesk } from './attestation/key-desk.ts';
import type { BrakeDesk } from './brake-desk.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { EvidenceDesk } from './evidence-desk.ts';
import type { ExceptionDesk } from './exceptions.ts';
import type { GroupChange, GroupSettings } from './group-settings.ts';
import type { GroupDesk } from './groups.ts';
import type { InvariantRevision } from './invariants.ts';
import type { Operator } from './operators.ts';
import type { OperatorAction, PolicyDesk, PolicyRevision } from './policies.ts';
import type { Retention, RetentionDesk } from './retention.ts';
import type { StandingDesk } from './standing.ts';
import type { Campaign } from './update/campaign.ts';
import type { CampaignDesk } from './update/campaign-desk.ts';

/** What may need a second person. */
export const approvalActions = [
  'break-glass',
  'group-quarantine',
  'device-revoke',
  'policy-change',
  'invariant-change',
  'mode-change',
  'brake-confirm',
  'evidence-erasure',
  'tpm-replacement',
  'retention-change',
  'campaign-start',
  'campaign-resume',
  'campaign-rollback',
] as const;
export type ApprovalAction = (typeof approvalActions)[number];

/** Who asked for it and why, and who agreed; nobody had to if that is empty. */
export interface DrasticRequest {
  readonly id: string;
  readonly operator: Operator;
  readonly reason: string;
  readonly approvedBy: string;
}

export interface DrasticAction<Parameters, Result> {
  /** What both people must be allowed to do. */
  readonly needs: OperatorAction;
  /** Refuses what could not be done anyway, before anybody is asked. */
  readonly prepare?: (parameters: Parameters) => void | Promise<void>;
  readonly perform: (parameters: Parameters, request: DrasticRequest) => Promise<Result>;
}

export interface DrasticActions extends Readonly<Record<ApprovalAction, unknown>> {
  readonly 'break-glass': DrasticAction<
    { readonly device?: string; readonly group?: string; readonly seconds: number },
    ExceptionRecord
  >;
  readonly 'group-quarantine': DrasticAction<{ readonly group: string }, readonly string[]>;
  readonly 'device-revoke': DrasticAction<{ readonly device: string }, DeviceRecord>;
  readonly 'policy-change': DrasticAction<{ readonly text: string }, PolicyRevision>;
  readonly 'invariant-change': DrasticAction<{ readonly text: string }, InvariantRevision>;
  readonly 'mode-change': DrasticAction<GroupChange, GroupSettings>;
  readonly 'brake-confirm': DrasticAction<{ readonly brake: number }, BrakeRecord>;
  readonly 'evidence-erasure': DrasticAction<{ readonly digest: string }, void>;
  readonly 'tpm-replacement': DrasticAction<{ readonly device: string }, void>;
  readonly 'retention-change': DrasticAction<Retention, Retention>;
  readonly 'campaign-start': CampaignAction;
  readonly 'campaign-resume': CampaignAction;
  readonly 'campaign-rollback': CampaignAction;
}

type CampaignAction = DrasticAction<{ readonly campaign: string }, Campaign>;

export interface DrasticParts {
  readonly book: DeviceBook;
  readonly groups: GroupDesk;
  readonly policies: PolicyDesk;
  readonly evidence: EvidenceDesk;
  readonly brakes: BrakeDesk;
  readonly exceptions: ExceptionDesk;
  readonly standing: StandingDesk;
  readonly attestationKeys: Pick<KeyDesk, 'forget'>;
  readonly retention: RetentionDesk;
  readonly campaignDesk: CampaignDesk;
}

/** How each drastic action is done. */
export function drasticActions(parts: DrasticParts): DrasticActions {
  const { book, groups, policies, evidence, brakes, exceptions, standing, attestationKeys, retention } =
    parts;
  const campaignAction = (command: 'start' | 'resume' | 'rollback'): CampaignAction => ({
    needs: 'operate',
    prepare: ({ campaign }) => parts.campaignDesk.mustTake(campaign, command),
    perform: ({ campaign }, { operator, reason }) => parts.campaignDesk[command](campaign, operator, reason),
  });
  return {
    'break-glass': {
      needs: 'operate',
      prepare({ device, group }) {
        if ((device === undefined) === (group === undefined)) {
          throw new KitenError('kiten/exception-scope', 'An exception is for one device or for one group.');
        }
        if (device !== undefined) book.get(device);
        if (group !== undefined) book.mustKnowGroup(group);
      },
      perform: (parameters, { id, operator, reason, approvedBy }) =>
        exceptions.grant({ ...parameters, id, reason, requestedBy: operator.name, approvedBy }),
    },
    'group-quarantine': {
      needs: 'operate',
      prepare: ({ group }) => book.mustKnowGroup(group),
      async perform({ group }, { operator, reason }) {
        const devices = [...book.all()].filter(
          (device) => device.standing === 'admitted' && device.groups.includes(group),
        );
        for (const { id } of devices) await standing.quarantine(id, operator, reason);
        return devices.map(({ id }) => id);
      },
    },
    'device-revoke': {
      needs: 'operate',
      prepare: ({ device }) => void book.get(device),
      perform: ({ device }, { operator, reason }) => standing.revoke(device, operator, reason),
    },
    'policy-change': {
      needs: 'administer',
      prepare: async ({ text }) => void (await policies.check(text)),
      perform: ({ text }, { operator, reason }) => policies.replace(text, operator, reason),
    },
    'invariant-change': {
      needs: 'administer',
      perform: ({ text }, { operator, reason }) => policies.replaceInvariants(text, operator, reason),
    },
    'mode-change': {
      needs: 'administer',
      perform: (change, { operator, reason }) => groups.put(change, operator, reason),
    },
    'brake-confirm': {
      needs: 'operate',
      prepare: ({ brake }) => brakes.mustBeOpen(brake),
      perform: ({ brake }, { operator, reason }) => brakes.confirm(brake, operator, reason),
    },
    'evidence-erasure': {
      needs: 'administer',
      perform: ({ digest }, { operator, reason }) => evidence.erase(digest, operator, reason),
    },
    'tpm-replacement': {
      needs: 'operate',
      perform: ({ device }, { operator, reason }) => attestationKeys.forget(device, operator, reason),
    },
    'retention-change': {
      needs: 'administer',
      perform: (wanted, { operator, reason }) => retention.set(wanted, operator, reason),
    },
    'campaign-start': campaignAction('start'),
    'campaign-resume': campaignAction('resume'),
    'campaign-rollback': campaignAction('rollback'),
  };
}
