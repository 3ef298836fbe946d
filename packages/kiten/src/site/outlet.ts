import type { DeviceRecord } from './device-book.ts';
import type { DeclarationChange } from './measurement/declaring.ts';
import type { NotifyDevice } from './playbook.ts';

/** Where what is decided goes: to the gateway, once there is one. */
export interface Outlet {
  device(device: DeviceRecord, fall: boolean): void;
  policies(): void;
  readonly notify: NotifyDevice;
  payloadRules(): void;
  /** There are more declarations of readings than there were, others, or fewer. */
  streams(change: DeclarationChange): void;
}
