import type { ClaimName } from '../claims.ts';
import { defineFindings, type FindingDefinition, type FindingRegistry } from '../finding-registry.ts';

const definitions: readonly FindingDefinition[] = [
  {
    code: 'vouching/identity-disowned',
    claim: 'instance-identity',
    value: 96,
    expected: {
      en: 'Nobody entitled to say so speaks against the identity of this device.',
      ja: '資格のある者が、このデバイスの身元を否定していないはずである。',
    },
    found: {
      en: '{issuer} ({role}) says that this device’s identity is no longer to be trusted.',
      ja: '{issuer}（{role}）は、このデバイスの身元はもう信頼できないと述べている。',
    },
    remedy: {
      en: 'Ask {issuer} what happened. A newer statement of theirs replaces this one.',
      ja: '{issuer} に事情を確認する。新しい声明が出れば、これに代わる。',
    },
  },
  {
    code: 'vouching/hardware-genuine',
    claim: 'hardware',
    value: 2,
    expected: {
      en: 'Whoever made or examined the hardware vouches for it.',
      ja: 'ハードウェアの製造者または検査者が、それを保証しているはずである。',
    },
    found: {
      en: '{issuer} ({role}) vouches for the hardware of this device.',
      ja: '{issuer}（{role}）が、このデバイスのハードウェアを保証している。',
    },
    remedy: {
      en: 'Nothing needs to be done. It holds until the statement ends.',
      ja: '対応は不要である。声明の期限まで有効である。',
    },
  },
  {
    code: 'vouching/hardware-disowned',
    claim: 'hardware',
    value: 96,
    expected: {
      en: 'Nobody entitled to say so speaks against the hardware of this device.',
      ja: '資格のある者が、このデバイスのハードウェアを否定していないはずである。',
    },
    found: {
      en: '{issuer} ({role}) says that this hardware is not to be trusted.',
      ja: '{issuer}（{role}）は、このハードウェアを信頼してはならないと述べている。',
    },
    remedy: {
      en: 'Replace the device, or ask {issuer} for a newer statement.',
      ja: 'デバイスを交換するか、{issuer} に新しい声明を求める。',
    },
  },
  {
    code: 'vouching/runtime-isolated',
    claim: 'runtime-opaque',
    value: 32,
    expected: {
      en: 'Its memory is out of reach of other programs.',
      ja: 'メモリは、ほかのプログラムから届かないはずである。',
    },
    found: {
      en: '{issuer} ({role}) vouches that memory is isolated from other programs, not encrypted.',
      ja: '{issuer}（{role}）は、メモリが他のプログラムから隔離されているが、暗号化はされていないと述べている。',
    },
    remedy: {
      en: 'A device whose memory is encrypted would be affirmed.',
      ja: 'メモリを暗号化するデバイスであれば肯定される。',
    },
  },
  {
    code: 'vouching/secrets-in-hardware',
    claim: 'storage-opaque',
    value: 2,
    expected: {
      en: 'Secrets of this device are kept by hardware.',
      ja: 'このデバイスの秘密は、ハードウェアが守っているはずである。',
    },
    found: {
      en: '{issuer} ({role}) vouches that hardware keeps the keys of this device.',
      ja: '{issuer}（{role}）は、鍵をハードウェアが保持していると保証している。',
    },
    remedy: {
      en: 'Nothing needs to be done. It holds until the statement ends.',
      ja: '対応は不要である。声明の期限まで有効である。',
    },
  },
];

/** What follows from what others vouch for. */
export const vouchingFindings: FindingRegistry = defineFindings(definitions);

/** The finding that a claim and its value come to, or nothing if nobody's word can say that. */
export function vouchingCode(claim: ClaimName, value: number): string | undefined {
  return definitions.find((one) => one.claim === claim && one.value === value)?.code;
}
