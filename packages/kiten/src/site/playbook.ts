/** One step of a playbook. */
export type PlaybookStep =
  /** Tells the device, on its command topic. */
  | { readonly step: 'notify' }
  /** Waits until the device says that it is done, or until the deadline of its group. */
  | { readonly step: 'await-acknowledgement' }
  /** Only now the fall is enforced. */
  | { readonly step: 'restrict' };

/** What is done, in order, when a device falls that must not be cut blindly. */
export interface Playbook {
  readonly name: string;
  readonly steps: readonly PlaybookStep[];
}

/** The device brings itself to a safe state first. */
export const safeState: Playbook = {
  name: 'safe-state',
  steps: [{ step: 'notify' }, { step: 'await-acknowledgement' }, { step: 'restrict' }],
};

/** What a device of the safety class is told. Times are milliseconds since the Unix epoch. */
export interface PlaybookNotice {
  readonly playbook: string;
  readonly run: string;
  /** The finding. */
  readonly reason: string;
  readonly deadline: number;
  /** Where it says that it is done. */
  readonly acknowledge: string;
}

/** Brings a notice to a device: the gateway does now, other transports may. */
export type NotifyDevice = (device: string, notice: PlaybookNotice) => void;
