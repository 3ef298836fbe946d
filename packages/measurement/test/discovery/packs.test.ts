import { CborTag, decodeCbor, encodeCbor, encodeUtf8, type Signer } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  checkDeclaration,
  Discovery,
  encodeSenmlCbor,
  encodeSenmlJson,
  type FoundStreams,
  type Sample,
  senmlContent,
  signPack,
} from '../../src/index.ts';
import { placeOf } from '../../src/streams/stream-name.ts';
import { newSigner, verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);
const minute = 60_000;
const own = newSigner();
const other = newSigner();

function packed(stream: string, second: number, signer: Signer, content = senmlContent.cbor as 110 | 112) {
  const records = [
    { bn: 'tank:', n: 'level', v: second / 4 },
    { n: 'flow', v: 1.5 },
  ];
  const payload =
    content === senmlContent.cbor ? encodeSenmlCbor(records) : encodeUtf8(encodeSenmlJson(records));
  const mark = { stream, sequence: second, signedAt: start + 1000 * second };
  return signPack({ ...mark, payload, content, keyId: encodeUtf8('any') }, signer);
}

/** Somebody who looks, with what was asked for; whoever knows the keys answers at once, unless told otherwise. */
function looking(keysOf: (device: string) => readonly Uint8Array[] | undefined = () => [own.publicKey]) {
  const asked: string[] = [];
  const discovery: Discovery = new Discovery({
    verify,
    askKeys: (device) => {
      asked.push(device);
      const keys = keysOf(device);
      if (keys !== undefined) discovery.trustKeys(device, keys);
    },
  });
  const see = (topic: string, stream: string, signer = own, from = 0, messages = 10): void => {
    const device = topic.split('/')[1] ?? '';
    for (let second = from; second < from + messages; second++)
      discovery.take(sample(device, topic, packed(stream, second, signer), second));
  };
  return { discovery, asked, see, found: () => discovery.found(new Set(), start) };
}
const sample = (device: string, topic: string, payload: Uint8Array, second = 0): Sample => ({
  ...{ device, topic, at: start + 1000 * second, payload },
});

describe('signed packs', () => {
  it.each([senmlContent.cbor, senmlContent.json])(
    'are found, with stream and channels: content %d',
    (content) => {
      const { discovery, asked, found } = looking();
      for (let second = 0; second < 10; second++)
        discovery.take(
          sample('pump-1', 'd/pump-1/tank', packed('pump-1/water', second, own, content), second),
        );
      const [one, ...others] = found();
      expect(others).toEqual([]);
      expect(one).toMatchObject({
        ...{ name: 'water', filter: 'd/+/tank', form: 'pack', fields: ['tank:level', 'tank:flow'] },
        ...{ devices: 1, messages: 10, everySeconds: 1, pack: { stream: 'pump-1/water', needs: [] } },
      });
      expect(asked).toEqual(['pump-1']);
      const { name, filter, form, fields } = one as FoundStreams;
      const declaration = { id: name, filter, form, fields, alarmsPerDay: 1, silenceSeconds: 60 };
      expect(() => checkDeclaration(declaration)).not.toThrow();
      expect(placeOf(declaration, 'pump-1', 'd/pump-1/tank')?.stream).toBe('pump-1/water');
    },
  );

  it('are found without their tag, too, and not by a payload that is none', () => {
    const { discovery, found } = looking();
    const tagged = decodeCbor(packed('pump-1/tank', 1, own)) as CborTag;
    discovery.take(sample('pump-1', 'd/pump-1/tank', encodeCbor(tagged.value)));
    discovery.take(sample('pump-1', 'd/pump-1/other', encodeCbor(new CborTag(18, ['nothing']))));
    discovery.take(sample('pump-1', 'd/pump-1/more', encodeSenmlCbor([{ n: 'level', v: 1 }])));
    expect(found().map(({ name, form }) => [name, form])).toEqual([
      ['more', 'senml'],
      ['tank', 'pack'],
    ]);
  });

  it('need a key where another has signed them than the one that is certified', () => {
    const { see, found } = looking();
    see('d/pump-1/tank', 'pump-1/tank', other);
    expect(found()).toMatchObject([{ name: 'tank', pack: { stream: 'pump-1/tank', needs: ['key'] } }]);
  });

  it('need a key where none is certified, or none is known', () => {
    for (const keysOf of [() => [], () => undefined]) {
      const { see, found } = looking(keysOf);
      see('d/pump-1/tank', 'pump-1/tank');
      expect(found()).toMatchObject([{ pack: { needs: ['key'] } }]);
    }
  });

  it('that came before the keys are verified when these come', () => {
    const { discovery, asked, see, found } = looking(() => undefined);
    see('d/pump-1/tank', 'pump-1/tank', own, 0, 1);
    expect(asked).toEqual(['pump-1']);
    discovery.trustKeys('pump-1', [other.publicKey, own.publicKey]);
    expect(found()).toMatchObject([{ pack: { needs: [] } }]);
  });

  it('are verified anew when the certificate was renewed: keys are asked for once a minute', () => {
    let keys = [other.publicKey];
    const { asked, see, found } = looking(() => keys);
    see('d/pump-1/tank', 'pump-1/tank', own, 0, 50);
    keys = [own.publicKey];
    expect(asked).toHaveLength(1);
    expect(found()).toMatchObject([{ pack: { needs: ['key'] } }]);
    see('d/pump-1/tank', 'pump-1/tank', own, 50, 50);
    expect(asked).toHaveLength(2);
    expect(found()).toMatchObject([{ pack: { needs: [] } }]);
  });

  it('have to be named after their device and a declaration that can be made', () => {
    for (const stream of ['tank', 'pump-2/tank', 'pump-1/Tank', 'pump-1/tank/west']) {
      const { see, found } = looking();
      see('d/pump-1/tank', stream);
      expect(found()).toMatchObject([{ name: 'tank', pack: { stream, needs: ['name'] } }]);
    }
    const { discovery, see } = looking();
    see('d/pump-1/tank', 'pump-1/water');
    expect(discovery.found(new Set(['water']), start)).toMatchObject([
      { name: 'tank', pack: { stream: 'pump-1/water', needs: ['name'] } },
    ]);
  });

  it('of several names on one topic have no name', () => {
    const { discovery, found } = looking();
    for (let second = 0; second < 10; second++)
      discovery.take(sample('pump-1', 'd/pump-1/tank', packed(`pump-1/s${second % 2}`, second, own), second));
    const [one] = found();
    expect(one?.pack).toEqual({ needs: ['name'] });
  });

  it('are of topics that tell what their streams are called beyond the declaration', () => {
    const { see, found } = looking();
    for (const side of ['west', 'east']) see(`d/pump-1/tank/${side}`, `pump-1/tank/${side}`);
    expect(found()).toMatchObject([{ name: 'tank', filter: 'd/+/tank/+', devices: 1, pack: { needs: [] } }]);
  });

  it('have their name before others of that name', () => {
    const { discovery, see, found } = looking();
    for (const device of ['a', 'b', 'c'])
      discovery.take(sample(device, `d/${device}/tank`, encodeUtf8('{"level":1.5}')));
    see('d/pump-1/water', 'pump-1/tank');
    expect(found().map(({ name, form }) => [name, form])).toEqual([
      ['tank-2', 'json'],
      ['tank', 'pack'],
    ]);
  });

  it('of devices that sign with their own keys are proposed together, and those that do not by themselves', () => {
    const { see, found } = looking();
    for (const device of ['a', 'b']) see(`d/${device}/tank`, `${device}/tank`);
    see('d/eve/tank', 'eve/tank', other);
    expect(found()).toMatchObject([
      { name: 'tank', filter: 'd/+/tank', devices: 2, unlike: 1, pack: { needs: [] } },
      { name: 'tank-2', filter: 'd/eve/tank', devices: 1, pack: { needs: ['key', 'name'] } },
    ]);
  });

  it('are known after a restart as they were', () => {
    const { discovery, see, found } = looking();
    see('d/pump-1/tank', 'pump-1/water');
    const { kept } = discovery.change(start + minute);
    const after = looking(() => undefined);
    after.discovery.recall(JSON.parse(JSON.stringify(kept)));
    expect(after.found()).toEqual(found());
  });
});
