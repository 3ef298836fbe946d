import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { encodeCbor, encodeUtf8, fromHex, toHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  buildEnvelope,
  componentKey,
  defaultSuitLimits,
  digestOf,
  encodeEnvelope,
  encryptPayload,
  memberDigest,
  openEnvelope,
  processInvocation,
  processUpdate,
  type SuitCommand,
  type SuitDevice,
  type SuitManifest,
  type SuitSequence,
  sever,
  signEnvelope,
} from '../../src/index.ts';
import { component, manifestOf } from './fixtures.ts';
import { asyncCodeOf, freshSigner } from './keys.ts';
import { at, author, image, manifestFor, policy, set, signed, to, type World, world } from './world.ts';

const uri = 'https://example.com/app.bin';
const fetchIt = [set({ uri }), ...to('fetch', 'image-match')];
const simple = (changes: Partial<SuitManifest> = {}) =>
  manifestFor(
    { '/app': image('new application') },
    { install: fetchIt, validate: to('image-match') },
    changes,
  );

/** That it is refused, and that neither images nor state have changed. */
async function refused(here: World, octets: Uint8Array, device: Partial<SuitDevice> = {}): Promise<string> {
  const options = await here.options(device);
  const before = here.everything();
  const code = await asyncCodeOf(() => processUpdate(octets, options));
  expect(here.everything()).toEqual(before);
  return code;
}

function served(text = 'new application'): World {
  const here = world();
  here.server.set(uri, text);
  here.put('/app', 'old application');
  return here;
}

describe('an update', () => {
  test('fetches, checks and installs, and says what it did', async () => {
    const here = served();
    const outcome = await processUpdate(signed(simple()), await here.options());
    expect(here.content('/app')).toBe('new application');
    expect(outcome.writtenBytes).toBe(15);
    expect(outcome.records.map(({ section, command }) => `${section} ${command}`)).toEqual([
      ...['install vendor-identifier', 'install class-identifier', 'install fetch', 'install image-match'],
      ...['validate vendor-identifier', 'validate class-identifier', 'validate image-match'],
    ]);
  });

  test('carries its payload along', async () => {
    const here = world();
    const install = [set({ uri: '#app.bin' }), ...to('fetch', 'image-match')];
    const integrated = new Map([['#app.bin', encodeUtf8('new application')]]);
    await processUpdate(
      signed(manifestFor({ '/app': image('new application') }, { install }), { integrated }),
      await here.options(),
    );
    expect(here.content('/app')).toBe('new application');
    expect(here.fetched).toBe(0);
  });

  test('installs several components together, by copying, swapping and writing', async () => {
    const here = served();
    here.put('/radio', 'old radio');
    const install: SuitSequence = [
      ...[at(2), set({ uri }), ...to('fetch')],
      ...[at(0), set({ sourceComponent: 2 }), ...to('copy', 'image-match')],
      ...[at(1), set({ content: encodeUtf8('radio 2') }), ...to('write', 'check-content')],
      ...[at(1), set({ sourceComponent: 2 }), ...to('swap')],
    ];
    const images = { '/app': image('new application'), '/radio': {}, '/staging': {} };
    await processUpdate(signed(manifestFor(images, { install })), await here.options());
    expect(['/app', '/radio', '/staging'].map(here.content)).toEqual([
      'new application',
      'new application',
      'radio 2',
    ]);
  });

  test('runs commands for a list of components and for all', async () => {
    const here = served();
    const install = [at([0, 1]), set({ uri }), ...to('fetch')];
    const images = { '/app': image('new application'), '/radio': image('new application') };
    const octets = signed(manifestFor(images, { install, validate: [at(true), ...to('image-match')] }));
    await processUpdate(octets, await here.options());
    expect(['/app', '/radio'].map(here.content)).toEqual(['new application', 'new application']);
    expect(here.fetched).toBe(2);
  });

  test('chooses among alternatives by the slot of the component (example 3 of the draft)', async () => {
    const here = world();
    here.server.set('https://example.com/a', 'for slot A').set('https://example.com/b', 'for slot B');
    const choice = (componentSlot: number, rest: SuitCommand): SuitSequence => [
      set({ componentSlot }),
      ...to('component-slot'),
      rest,
    ];
    const shared: SuitCommand = {
      command: 'try-each',
      sequences: [choice(0, set(image('for slot A'))), choice(1, set(image('for slot B')))],
    };
    const install: SuitSequence = [
      {
        command: 'try-each',
        sequences: [
          choice(0, set({ uri: 'https://example.com/a' })),
          choice(1, set({ uri: 'https://example.com/b' })),
        ],
      },
      ...to('fetch', 'image-match'),
    ];
    const manifest = manifestOf({
      common: { components: [component('/app')], dependencies: new Map(), sharedSequence: [shared] },
      sections: { install: { content: install } },
    });
    await processUpdate(signed(manifest), await here.options({ slot: () => 1 }));
    expect(here.content('/app')).toBe('for slot B');
    expect(await refused(here, signed(manifest), { slot: () => 2 })).toBe('update/suit-no-alternative');
  });

  test('decrypts what was encrypted for this device', async () => {
    const here = world();
    const secret = fromHex('61'.repeat(16));
    const { info, ciphertext } = encryptPayload([encodeUtf8('new application')], {
      algorithm: 'A128GCM',
      recipients: [{ secret }],
      random: (octets) => new Uint8Array(octets).fill(7),
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of ciphertext) pieces.push(piece);
    const encrypted = new Uint8Array(Buffer.concat(pieces));
    const install = [
      ...[at(1), set({ uri: '#encrypted' }), ...to('fetch')],
      ...[at(0), set({ sourceComponent: 1, encryptionInfo: info }), ...to('copy', 'image-match')],
    ];
    const integrated = new Map([['#encrypted', encrypted]]);
    const octets = signed(manifestFor({ '/app': image('new application'), '/staging': {} }, { install }), {
      integrated,
    });
    const keys = { shared: [{ secret }] };
    await processUpdate(octets, await here.options({ keys }));
    expect(here.content('/app')).toBe('new application');
    const changed = new Map([
      ['#encrypted', encrypted.map((octet, index) => (index === 0 ? octet ^ 1 : octet))],
    ]);
    const other = world();
    const spoilt = encodeEnvelope({ ...openEnvelope(octets), integrated: changed });
    expect(await refused(other, spoilt, { keys })).toBe('update/suit-decryption-failed');
    expect(await refused(other, octets)).toBe('update/suit-no-recipient');
  });

  test('fails softly in a sequence that says so, and goes on', async () => {
    const here = served();
    const sequence: SuitSequence = [set({ softFailure: true }), ...to('abort')];
    const install: SuitSequence = [{ command: 'run-sequence', sequence }, ...fetchIt];
    await processUpdate(
      signed(manifestFor({ '/app': image('new application') }, { install })),
      await here.options(),
    );
    expect(here.content('/app')).toBe('new application');
  });
});

describe('what is refused leaves everything as it was', () => {
  const deviceOf = (kind: 'vendors' | 'classes'): Partial<SuitDevice> => ({
    identity: () => ({
      vendors: [fromHex('fa6b4a53d5ad5fdfbe9de663e4d41ffe')],
      classes: [fromHex('1492af1425695e48bf429b2d51f2ab45')],
      [kind]: [new Uint8Array(16)],
    }),
  });

  test('another manufacturer, another kind of device', async () => {
    expect(await refused(served(), signed(simple()), deviceOf('vendors'))).toBe(
      'update/suit-vendor-mismatch',
    );
    expect(await refused(served(), signed(simple()), deviceOf('classes'))).toBe('update/suit-class-mismatch');
  });

  test('another image than the digest says, or one without end', async () => {
    expect(await refused(served('bad application'), signed(simple()))).toBe('update/suit-image-mismatch');
    expect(await refused(served('new application and more'), signed(simple()))).toBe(
      'update/suit-image-too-large',
    );
  });

  test('a good image beside a bad one: the group is one', async () => {
    const here = served();
    const images = { '/app': image('new application'), '/radio': image('another radio') };
    const install = [
      at([0, 1]),
      set({ uri }),
      ...to('fetch'),
      at(0),
      ...to('image-match'),
      at(1),
      ...to('image-match'),
    ];
    expect(await refused(here, signed(manifestFor(images, { install })))).toBe('update/suit-image-too-large');
  });

  test('a lower sequence number, and the same for another manifest', async () => {
    const here = served();
    await processUpdate(signed(simple({ sequenceNumber: 9 })), await here.options());
    expect(await refused(here, signed(simple({ sequenceNumber: 8 })))).toBe('update/suit-rollback');
    const other = simple({ sequenceNumber: 9, referenceUri: 'https://example.com/' });
    expect(await refused(here, signed(other))).toBe('update/suit-sequence-reused');
    await processUpdate(signed(simple({ sequenceNumber: 9 })), await here.options());
    await processUpdate(signed(simple({ sequenceNumber: 10 })), await here.options());
  });

  test('somebody who may not touch the component', async () => {
    const mayUse: SuitDevice['mayUse'] = ({ command }) => command !== 'fetch';
    expect(await refused(served(), signed(simple()), { mayUse })).toBe('update/suit-access-denied');
  });

  test('a manifest that nobody trusted signed', async () => {
    const octets = encodeEnvelope(signEnvelope(buildEnvelope(simple()), freshSigner('ES256')));
    expect(await refused(served(), octets)).toBe('update/suit-signature-invalid');
  });

  test('a section that was severed', async () => {
    const built = signEnvelope(buildEnvelope(simple(), { severable: ['install'] }), author);
    const here = served();
    expect(await refused(here, encodeEnvelope(sever(built, ['install'])))).toBe('update/suit-severed');
    await processUpdate(encodeEnvelope(built), await here.options());
  });

  const broken = (install: SuitSequence, images = { '/app': image('new application') }): Uint8Array =>
    signed(manifestFor(images, { install }));

  test.each<[string, SuitSequence, string]>([
    ['an abort', to('abort'), 'aborted'],
    ['a fetch from nowhere', to('fetch'), 'parameter-missing'],
    [
      'a payload that the envelope does not carry',
      [set({ uri: '#gone' }), ...to('fetch')],
      'payload-missing',
    ],
    ['a copy of nothing', [set({ sourceComponent: 5 }), ...to('copy')], 'index'],
    ['a copy of itself', [set({ sourceComponent: 0 }), ...to('copy')], 'index'],
    ['an image without a digest', [set({ componentSlot: 1 }), ...to('component-slot')], 'slot-mismatch'],
    [
      'other content',
      [set({ content: encodeUtf8('something') }), ...to('check-content')],
      'content-mismatch',
    ],
    [
      'the very image that must not be there',
      [set(image('old application')), ...to('image-not-match')],
      'image-match',
    ],
    ['a time of which nobody knows', [set({ useBefore: 5 }), ...to('use-before')], 'unsupported'],
    [
      'an update that nobody agreed to',
      [set({ updatePriority: 1 }), ...to('update-authorized')],
      'not-authorized',
    ],
    ['a component that is no dependency', to('is-dependency'), 'not-dependency'],
    ['the processing of what is no dependency', to('process-dependency'), 'not-dependency'],
    [
      'a wait for what does not come',
      [set({ waitInfo: encodeCbor(new Map([[5, 1]])) }), ...to('wait')],
      'not-awaited',
    ],
    ['starting what is installed', to('invoke'), 'unsupported'],
    ['unlinking', to('unlink'), 'unsupported'],
    [
      'a file that is no image',
      [set({ content: new Uint8Array(1), componentMetadata: fromHex('a10502') }), ...to('write')],
      'unsupported',
    ],
    ['a command of somebody else’s', [{ command: 'custom', label: -300, argument: null }], 'unsupported'],
    ['soft failure outside a sequence', [set({ softFailure: true })], 'soft-failure'],
    [
      'a sequence that insists',
      [{ command: 'try-each', sequences: [[set({ softFailure: false }), ...to('abort')], []] }],
      'aborted',
    ],
    [
      'the digest of an image that others could set before',
      [{ command: 'set-parameters', parameters: image('evil') }],
      'parameter-override',
    ],
  ])('%s', async (_, install, code) => {
    expect(await refused(served(), broken(install))).toBe(`update/suit-${code}`);
  });

  test.each<[string, SuitSequence, Partial<SuitDevice>, string]>([
    [
      'a battery too low',
      [set({ minimumBattery: 50 }), ...to('minimum-battery')],
      { battery: () => 49 },
      'battery-low',
    ],
    ['a manifest too old', [set({ useBefore: 100 }), ...to('use-before')], { now: () => 100 }, 'too-late'],
    [
      'another device',
      [set({ deviceIdentifier: new Uint8Array(16) }), ...to('device-identifier')],
      {},
      'device-mismatch',
    ],
    [
      'another version',
      [set({ version: { comparison: 'greater-equal', version: [2, 0] } }), ...to('version')],
      { version: () => [1, 9, 9] },
      'version-mismatch',
    ],
    [
      'a command of its own that fails',
      [{ command: 'custom', label: -300, argument: 1 }],
      { custom: () => false },
      'custom-failed',
    ],
  ])('%s', async (_, install, device, code) => {
    expect(await refused(served(), broken(install), device)).toBe(`update/suit-${code}`);
  });

  test('a component that the device does not have', async () => {
    const octets = signed(manifestFor({ '/elsewhere': image('new application') }, { install: fetchIt }));
    expect(await refused(served(), octets)).toBe('update/suit-component-unsupported');
  });

  test('too many steps, too many octets', async () => {
    const here = served();
    const limited = async (limits: object) => ({
      ...(await here.options()),
      limits: { ...defaultSuitLimits, ...limits },
    });
    const steps = await limited({ steps: 5 });
    expect(await asyncCodeOf(() => processUpdate(signed(simple()), steps))).toBe(
      'update/suit-too-many-steps',
    );
    const octets = await limited({ writtenBytes: 10 });
    expect(await asyncCodeOf(() => processUpdate(signed(simple()), octets))).toBe(
      'update/suit-too-much-written',
    );
    expect(here.content('/app')).toBe('old application');
  });
});

describe('an update that is interrupted', () => {
  class PowerCut extends Error {}

  test('at any step changes nothing, and goes on from what was fetched', async () => {
    const here = served();
    here.server.set('https://example.com/radio', 'new radio');
    const install = [
      ...[at(0), set({ uri }), ...to('fetch', 'image-match')],
      ...[at(1), set({ uri: 'https://example.com/radio' }), ...to('fetch', 'image-match')],
    ];
    const octets = signed(
      manifestFor({ '/app': image('new application'), '/radio': image('new radio') }, { install }),
    );
    let steps = 0;
    await expect(
      processUpdate(octets, {
        ...(await here.options()),
        onStep: () => {
          steps += 1;
          if (steps > 9 && here.fetched === 1) throw new PowerCut();
        },
      }),
    ).rejects.toThrow(PowerCut);
    expect(here.content('/app')).toBe('old application');
    await processUpdate(octets, await here.options());
    expect([here.content('/app'), here.content('/radio')]).toEqual(['new application', 'new radio']);
    expect(here.fetched).toBe(2);
  });

  test('by a failing network keeps what is there', async () => {
    const here = served();
    here.server.delete(uri);
    await expect(processUpdate(signed(simple()), await here.options())).rejects.toThrow('is not there');
    expect(here.content('/app')).toBe('old application');
  });
});

describe('an invocation', () => {
  test('validates, loads and starts what was installed', async () => {
    const here = served();
    const sections = {
      install: [at(0), ...fetchIt],
      validate: [at(0), ...to('image-match')],
      load: [at(1), set({ sourceComponent: 0 }), ...to('copy')],
      invoke: [at(1), set({ invokeArguments: encodeUtf8('quiet') }), ...to('invoke')],
    };
    const octets = signed(manifestFor({ '/app': image('new application'), '/staging': {} }, sections));
    await processUpdate(octets, await here.options());
    const started: string[] = [];
    const invoke: SuitDevice['invoke'] = (which, given) => {
      started.push(`${here.content('/staging')} ${Buffer.from(which[0]!)} ${Buffer.from(given!)}`);
    };
    await processInvocation(octets, await here.options({ invoke }));
    expect(started).toEqual(['new application staging quiet']);
    here.put('/app', 'changed behind its back');
    const changed = await here.options({ invoke });
    expect(await asyncCodeOf(() => processInvocation(octets, changed))).toBe('update/suit-image-mismatch');
    expect(started).toHaveLength(1);
  });
});

describe('a manifest that depends on another', () => {
  const dependencyOf = (text: string, changes: Partial<SuitManifest> = {}) =>
    signed(
      manifestFor(
        { '/app': image(text) },
        { install: fetchIt, validate: to('image-match') },
        { componentIdentifier: component('/dependency'), ...changes },
      ),
    );
  const digest = (envelope: Uint8Array) => memberDigest('sha256', openEnvelope(envelope).manifestOctets);
  const process = [{ command: 'process-dependency', policy } as const];

  function root(
    dependency: Uint8Array,
    changes: {
      wanted?: Uint8Array;
      resolve?: SuitSequence;
      before?: SuitSequence;
      install?: SuitSequence;
      validate?: SuitSequence;
    } = {},
  ) {
    const { wanted = dependency, before = [], install = process, validate = process } = changes;
    const shared: SuitSequence = [at(0), set({ imageDigest: digest(wanted) })];
    const resolve = changes.resolve ?? [
      set({ uri: '#dependency' }),
      ...to('fetch', 'dependency-integrity', 'process-dependency'),
    ];
    return signed(
      manifestOf({
        sequenceNumber: 3,
        common: {
          components: [component('/dependency'), component('/app')],
          dependencies: new Map([[0, {}]]),
          sharedSequence: shared,
        },
        sections: {
          dependencyResolution: { content: [at(0), ...resolve] },
          install: { content: [...(before.length > 0 ? [at(1), ...before] : []), at(0), ...install] },
          validate: { content: [at(0), ...validate] },
        },
      }),
      { integrated: new Map([['#dependency', dependency]]) },
    );
  }

  test('is installed with it, and both numbers are taken down', async () => {
    const here = served();
    await processUpdate(root(dependencyOf('new application')), await here.options());
    expect(here.content('/app')).toBe('new application');
    const older = dependencyOf('new application', { sequenceNumber: 6 });
    expect(await refused(here, root(older))).toBe('update/suit-sequence-reused');
    const { storage } = await here.options();
    expect((await storage.installed(component('/dependency')))?.sequenceNumber).toBe(7);
    expect((await storage.installed([]))?.sequenceNumber).toBe(3);
  });

  test('cannot choose another image for it', async () => {
    const here = served('evil application');
    const before = [set({ ...image('evil application'), uri })];
    expect(await refused(here, root(dependencyOf('new application'), { before }))).toBe(
      'update/suit-image-too-large',
    );
  });

  test('may say where else to fetch it, if the other lets it', async () => {
    const here = served('unused');
    here.server.set('https://example.com/mirror', 'new application');
    const install: SuitSequence = [
      { command: 'set-parameters', parameters: { uri } },
      ...to('fetch', 'image-match'),
    ];
    const open = signed(manifestFor({ '/app': image('new application') }, { install }));
    await processUpdate(
      root(open, { before: [set({ uri: 'https://example.com/mirror' })] }),
      await here.options(),
    );
    expect(here.content('/app')).toBe('new application');
  });

  test.each<[string, () => Uint8Array, string]>([
    [
      'another one in its place',
      () => root(dependencyOf('evil application'), { wanted: dependencyOf('new application') }),
      'dependency-mismatch',
    ],
    [
      'one that nobody trusted signed',
      () => root(encodeEnvelope(signEnvelope(buildEnvelope(simple()), freshSigner('ES256')))),
      'signature-invalid',
    ],
    [
      'one that is not checked',
      () =>
        root(dependencyOf('new application'), {
          resolve: [set({ uri: '#dependency' }), ...to('fetch', 'process-dependency')],
        }),
      'dependency-unchecked',
    ],
    [
      'one that is not there',
      () => root(dependencyOf('new application'), { resolve: to('dependency-integrity') }),
      'dependency-missing',
    ],
    [
      'one of whose sections is left out',
      () => root(dependencyOf('new application'), { validate: to('is-dependency') }),
      'dependency-unprocessed',
    ],
    [
      'one that is listed for nothing',
      () =>
        root(dependencyOf('new application'), {
          resolve: to('is-dependency'),
          install: to('is-dependency'),
          validate: to('is-dependency'),
        }),
      'dependency-extraneous',
    ],
    [
      'one that is no manifest',
      () =>
        root(dependencyOf('new application'), {
          resolve: [set({ content: encodeUtf8('x') }), ...to('write', 'dependency-integrity')],
        }),
      'truncated',
    ],
  ])('is refused with %s', async (_, octets, code) => {
    expect(await refused(served(), octets())).toBe(`update/suit-${code}`);
  });

  test('puts what the other calls its components below the prefix', async () => {
    const here = served();
    const inner = signed(
      manifestFor(
        { '/main': image('new application') },
        { install: fetchIt },
        { componentIdentifier: component('/dependency') },
      ),
    );
    const octets = signed(
      manifestOf({
        common: {
          components: [component('/dependency')],
          dependencies: new Map([[0, { prefix: component('/modem') }]]),
          sharedSequence: [set({ imageDigest: digest(inner) })],
        },
        sections: {
          dependencyResolution: { content: [set({ uri: '#inner' }), ...to('fetch', 'dependency-integrity')] },
          install: { content: process },
        },
      }),
      { integrated: new Map([['#inner', inner]]) },
    );
    await processUpdate(octets, await here.options());
    expect(here.content('/modem/main')).toBe('new application');
    expect(here.content('/app')).toBe('old application');
  });

  test('may keep the other in a place that is none of its components', async () => {
    const here = served();
    const inner = dependencyOf('new application');
    const octets = signed(
      manifestOf({
        common: {
          components: [component('/other')],
          dependencies: new Map([[1, { prefix: component('/dependency') }]]),
        },
        sections: {
          install: {
            content: [
              at(1),
              set({ imageDigest: digest(inner), uri: '#inner' }),
              ...to('fetch', 'dependency-integrity'),
              ...process,
            ],
          },
          validate: { content: [at(1), ...process] },
        },
      }),
      { integrated: new Map([['#inner', inner]]) },
    );
    await processUpdate(octets, await here.options());
    expect(here.content('/app')).toBe('new application');
  });

  test('is refused with dependencies that depend on each other', async () => {
    // Neither can name the other's digest, but a third that depends on both can.
    const circular = (own: string, other: string, sequenceNumber: number) =>
      signed(
        manifestOf({
          sequenceNumber,
          componentIdentifier: component(own),
          common: { components: [component(other)], dependencies: new Map([[0, {}]]) },
          sections: { dependencyResolution: { content: to('dependency-integrity', 'process-dependency') } },
        }),
      );
    const [one, two] = [circular('/dependency', '/other', 1), circular('/other', '/dependency', 2)];
    const fetchBoth = [one, two].flatMap((envelope, index) => [
      ...[at(index), set({ imageDigest: digest(envelope), uri: `#${index}` }), ...to('fetch')],
    ]);
    const octets = signed(
      manifestOf({
        common: {
          components: [component('/dependency'), component('/other')],
          dependencies: new Map([
            [0, {}],
            [1, {}],
          ]),
        },
        sections: {
          dependencyResolution: {
            content: [...fetchBoth, at(0), ...to('dependency-integrity', 'process-dependency')],
          },
        },
      }),
      {
        integrated: new Map([
          ['#0', one],
          ['#1', two],
        ]),
      },
    );
    expect(await refused(served(), octets)).toBe('update/suit-dependency-cycle');
  });

  test('is refused with dependencies of dependencies without end', async () => {
    let chain = dependencyOf('new application');
    for (let depth = 0; depth < 4; depth += 1) chain = root(chain);
    expect(await refused(served(), chain)).toBe('update/suit-dependency-depth');
  });
});

test('a commit that a power cut stopped half-way is carried out by whoever opens the storage', async () => {
  const here = served();
  const { storage } = await here.options();
  const digest = memberDigest('sha256', encodeUtf8('a manifest'));
  const transaction = await storage.begin(digest);
  await transaction.write(component('/app'), [encodeUtf8('new application')]);
  await transaction.write(component('/radio'), [encodeUtf8('new radio')]);
  // The journal is written, and the first image moved; then the power fails.
  const staging = `${here.directory}/suit/staging/${toHex(digest.bytes)}`;
  const staged = (place: string) =>
    `${staging}/${toHex(digestOf('sha256', encodeUtf8(componentKey(component(place)))).bytes)}`;
  const moves = ['/app', '/radio'].map((place) => ({ from: staged(place), to: here.directory + place }));
  writeFileSync(`${here.directory}/suit/commit.json`, JSON.stringify({ staging, moves, numbers: {} }));
  renameSync(moves[0]!.from, moves[0]!.to);
  await here.options();
  expect([here.content('/app'), here.content('/radio')]).toEqual(['new application', 'new radio']);
  expect(existsSync(`${here.directory}/suit/commit.json`)).toBe(false);
  expect(existsSync(staging)).toBe(false);
});
