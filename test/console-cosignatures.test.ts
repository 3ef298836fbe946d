import { fromBase64, fromHex } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { judgeSignatures, readCheckpoint } from '../packages/console/src/proof/checkpoint.ts';
import { arche, coachAndHorses } from '../packages/ledger/test/note/vectors.ts';

/** A key as the checker reads it from a trust file. */
function keyOf(encoded: string) {
  const [, name = '', id = '', material = ''] = /^(.+)\+([0-9a-f]{8})\+(.+)$/.exec(encoded) ?? [];
  const [type = 0, ...key] = fromBase64(material);
  return { name, id: fromHex(id), type, key: Uint8Array.from(key) };
}

async function judged(note: string, encoded: string) {
  const checkpoint = readCheckpoint(note);
  if (checkpoint === undefined) throw new Error('no checkpoint');
  const key = keyOf(encoded);
  const signatures = await judgeSignatures(checkpoint, [key]);
  return signatures.filter(({ name, outcome }) => name === key.name && outcome !== 'unknown-key');
}

describe('the console judges cosignatures of public witnesses', () => {
  it('with Ed25519', async () => {
    const [witness = ''] = arche.witnesses;
    expect(await judged(arche.checkpoint, witness)).toMatchObject([
      { outcome: 'holds', cosignedAt: 1_779_573_024_000 },
    ]);
  });

  it('with ML-DSA-44, which browsers lack', async () => {
    expect(await judged(coachAndHorses.checkpoint, coachAndHorses.witness)).toMatchObject([
      { outcome: 'holds', cosignedAt: 1_785_704_691_000 },
    ]);
  });

  it('and sees that they are on another tree', async () => {
    const changed = coachAndHorses.checkpoint.replace('185550722', '185550723');
    expect(await judged(changed, coachAndHorses.witness)).toMatchObject([{ outcome: 'fails' }]);
  });
});
