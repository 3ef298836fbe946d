import { KitenError } from '@kiten/codec';
import type { DeviceBook } from '../device-book.ts';
import type { MakeBook } from './make-book.ts';

/** Whom reference values and endorsements are addressed to. */
export const targetKinds = ['site', 'group', 'model', 'lot', 'device'] as const;
export type TargetKind = (typeof targetKinds)[number];

export interface Target {
  readonly kind: TargetKind;
  /** The name of the group, model, lot or device; `*` for the whole site. */
  readonly target: string;
}

export const wholeSite: Target = { kind: 'site', target: '*' };

/** `group:pumps`. */
export const targetKey = ({ kind, target }: Target): string => `${kind}:${target}`;

const pattern = /^[\x21-\x7e]([\x20-\x7e]{0,126}[\x21-\x7e])?$/;

/**
 * Reads `group:pumps`, `model:Acme/gateway 1.4`, `lot:2026-03`, `device:pump-1` or `site`.
 *
 * @throws KitenError `kiten/target`
 */
export function parseTarget(text: string): Target {
  if (text === 'site' || text === 'site:*') return wholeSite;
  const colon = text.indexOf(':');
  const kind = targetKinds.find((one) => one === text.slice(0, Math.max(colon, 0)));
  const target = text.slice(colon + 1);
  if (kind !== undefined && kind !== 'site' && pattern.test(target)) return { kind, target };
  throw new KitenError(
    'kiten/target',
    'Address it to site, group:NAME, model:NAME, lot:NAME or device:ID, in up to 128 printable characters.',
  );
}

/** Everything that a device is addressed by. */
export function targetsOf(
  device: string,
  book: Pick<DeviceBook, 'find'>,
  makes: Pick<MakeBook, 'find'>,
): readonly string[] {
  const { model, lot } = makes.find(device);
  return [
    targetKey(wholeSite),
    ...(book.find(device)?.groups ?? []).map((target) => targetKey({ kind: 'group', target })),
    ...(model === undefined ? [] : [targetKey({ kind: 'model', target: model })]),
    ...(lot === undefined ? [] : [targetKey({ kind: 'lot', target: lot })]),
    targetKey({ kind: 'device', target: device }),
  ];
}
