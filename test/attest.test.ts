import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { importSPKI, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeTpmEvidence,
  encodeRuntimeReport,
  encodeTpmEvidence,
  ImaScanner,
  imaFromAscii,
  parseBootLog,
  type RuntimeReport,
  readTpmKey,
} from '../packages/attestation/src/index.ts';
import { bootEvent, bootLog, imaEntry, imaLog } from '../packages/attestation/test/support/logs.ts';
import { goodReport } from '../packages/attestation/test/support/simulated-device.ts';
import { hasSwtpm, SoftwareTpm } from '../packages/attestation/test/support/swtpm.ts';
import { CborTag, type CborValue, encodeCbor, fromHex } from '../packages/codec/src/index.ts';
import { kiten } from './kiten.ts';

const evidenceType = 'application/vnd.kiten.tpm-evidence+cbor';
const selection = 'sha256:0,1,2,3,4,5,6,7,10+sha384:0,4,10';
const events = [
  { pcr: 0, type: 8, data: 'firmware 1.0' },
  { pcr: 4, type: 5, data: 'Calling EFI Application' },
  { pcr: 4, type: 0xd, data: 'grub' },
  { pcr: 4, type: 0xd, data: 'vmlinuz' },
  ...[0, 4].map((pcr) => ({ pcr, type: 4, data: '\0\0\0\0' })),
];
const files = ['/sbin/init', '/bin/sh', '/usr/bin/agent'];

describe.skipIf(!hasSwtpm)('kiten attest, with a software TPM and tpm2-tools', () => {
  let tpm: SoftwareTpm;
  let list: Buffer;
  const boot = bootLog(events);
  const nonce = randomBytes(16).toString('hex');

  beforeAll(async () => {
    tpm = await SoftwareTpm.start({ certified: true });
    await tpm.createKeys('rsa');
    await extendBoot();
    list = imaLog(...files);
    await extendList(list);
    await quote(nonce, 'good');
    await tpm.write('boot', boot);
    await tpm.write('list', list);
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = { type: 'pkcs8', format: 'pem' } as const;
    await writeFile(tpm.path('verifier.pem'), pair.privateKey.export(pem), { mode: 0o600 });
    await tpm.write('verifier.pub', pair.publicKey.export({ type: 'spki', format: 'pem' }));
    await pack('good');
    const learned = await learn();
    expect(learned.stderr).toBe('');
  }, 120_000);
  afterAll(async () => {
    await tpm?.[Symbol.asyncDispose]();
  });

  const extend = (pcr: number, of: (hash: string, bytes: number) => string) =>
    tpm.tool('pcrextend', `${pcr}:sha256=${of('sha256', 32)},sha384=${of('sha384', 48)}`);

  async function extendBoot(): Promise<void> {
    for (const { pcr, type, data } of parseBootLog(boot).events) {
      if (type !== 3) await extend(pcr, (hash) => createHash(hash).update(data).digest('hex'));
    }
  }

  async function extendList(entries: Buffer): Promise<void> {
    const scanner = new ImaScanner(entries);
    while (scanner.next()) {
      const data = entries.subarray(scanner.dataStart, scanner.dataEnd);
      const { violation } = scanner;
      await extend(10, (hash, bytes) =>
        violation ? 'ff'.repeat(bytes) : createHash(hash).update(data).digest('hex'),
      );
    }
  }

  async function quote(answer: string, name: string, ak = 'ak'): Promise<void> {
    const out = ['-m', `${name}.msg`, '-s', `${name}.sig`, '-o', `${name}.pcr`, '-g', 'sha256'];
    await tpm.tool('quote', '-c', `${ak}.ctx`, '-l', selection, '-q', answer, ...out);
  }

  const path = (name: string) => tpm.path(name);

  async function pack(
    name: string,
    logs: { boot?: Uint8Array; list?: Uint8Array } = {},
    ak = 'ak',
  ): Promise<void> {
    await tpm.write(`${name}.boot`, logs.boot ?? boot);
    await tpm.write(`${name}.list`, logs.list ?? list);
    const quoted = [
      '--message',
      path(`${name}.msg`),
      '--signature',
      path(`${name}.sig`),
      '--pcrs',
      path(`${name}.pcr`),
    ];
    const measured = [
      '--attester',
      path(`${ak}.pub`),
      '--eventlog',
      path(`${name}.boot`),
      '--ima',
      path(`${name}.list`),
    ];
    const { code, stderr } = await kiten([
      'attest',
      'pack',
      ...quoted,
      ...measured,
      '--out',
      path(`${name}.cbor`),
    ]);
    expect(code, stderr).toBe(0);
  }

  const learn = () =>
    kiten([
      ...['attest', 'learn', '--evidence', path('good.cbor'), '--key', path('ak.pub'), '--nonce', nonce],
      ...['--vendor', 'Acme', '--model', 'gateway 1.4', '--out', path('reference')],
      ...['--sign-key', path('verifier.pem'), '--issuer', 'acme.example', '--valid-for', '90d'],
    ]);

  interface Answer {
    readonly status: string;
    readonly vector: Readonly<Record<string, number>>;
    readonly findings: readonly { code: string; parameters: Record<string, unknown> }[];
    readonly ear: Record<string, unknown>;
    readonly jwt?: string;
  }

  async function appraise(name: string, answer = nonce, more: readonly string[] = []) {
    const { code, stdout, stderr } = await kiten([
      ...[
        'attest',
        'appraise',
        '--type',
        evidenceType,
        '--evidence',
        path(`${name}.cbor`),
        '--key',
        path('ak.pub'),
      ],
      ...[
        '--reference',
        path('reference'),
        '--reference-key',
        path('verifier.pub'),
        '--nonce',
        answer,
        '--json',
        ...more,
      ],
    ]);
    expect(stdout, stderr).not.toBe('');
    const json = JSON.parse(stdout) as Answer;
    return { code, ...json, codes: json.findings.map((finding) => finding.code) };
  }

  /** The evidence is refused, with this finding. */
  async function refused(name: string, finding: string, answer = nonce): Promise<void> {
    const { code, status, codes } = await appraise(name, answer);
    expect(codes).toContain(`attestation/${finding}`);
    expect(status).toBe('contraindicated');
    expect(code).toBe(1);
  }

  it('enrol, quote, affirming: with a result that others can verify', async () => {
    const { certificate, intermediate, root } = await tpm.endorsement();
    await tpm.write('ek.crt', certificate);
    await tpm.write('vendor.pem', intermediate);
    await tpm.write('root.pem', root);
    const vendor = ['--vendor-root', path('root.pem'), '--vendor-intermediate', path('vendor.pem')];
    const endorsed = ['--ek', path('ek.pub'), '--ek-certificate', path('ek.crt'), ...vendor];
    const signing = [
      '--sign-key',
      path('verifier.pem'),
      '--cwt',
      path('ear.cwt'),
      '--issuer',
      'plant-7.example',
      '--device',
      'gateway-1',
    ];
    const required = ['--require', 'executables', 'hardware', 'file-system'];
    const {
      code,
      status,
      vector,
      codes,
      jwt = '',
      ear,
    } = await appraise('good', nonce, [...endorsed, ...signing, ...required]);
    expect(codes).toEqual(expect.arrayContaining(['attestation/system-approved', 'attestation/tpm-genuine']));
    expect(status).toBe('affirming');
    expect(code).toBe(0);
    expect(vector).toMatchObject({ 'instance-identity': 2, executables: 2, 'file-system': 2, hardware: 2 });

    const key = await importSPKI(await readFile(path('verifier.pub'), 'utf8'), 'ES256');
    const { payload } = await jwtVerify(jwt, key, { issuer: 'plant-7.example' });
    expect(payload).toEqual(ear);
    expect(Object.keys(payload.submods as object)).toEqual(['device:gateway-1']);
    expect(payload.eat_nonce).toBe(Buffer.from(nonce, 'hex').toString('base64url'));
    await tpm.write('ear.jwt', `${jwt}\n`);
    for (const file of ['ear.jwt', 'ear.cwt']) {
      const verified = await kiten(['attest', 'ear', path(file), '--key', path('verifier.pub'), '--json']);
      expect(verified.code, verified.stderr).toBe(0);
      expect(JSON.parse(verified.stdout)).toMatchObject({
        verified: true,
        claims: { issuer: 'plant-7.example' },
      });
      const people = await kiten(['attest', 'ear', path(file), '--key', path('verifier.pub')]);
      expect(people.stdout).toContain('device:gateway-1: affirming');
      const other = await kiten(['attest', 'ear', path(file), '--key', path('ek.crt')]);
      expect(other.code).toBe(1);
    }
  });

  it('the endorsement certificate of another TPM', async () => {
    await using other = await SoftwareTpm.start({ certified: true });
    await other.createKeys('rsa');
    const { certificate, intermediate, root } = await other.endorsement();
    await tpm.write('other.crt', certificate);
    await tpm.write('other.pem', intermediate);
    await tpm.write('other-root.pem', root);
    const vendor = ['--vendor-root', path('other-root.pem'), '--vendor-intermediate', path('other.pem')];
    const endorsed = ['--ek', path('ek.pub'), '--ek-certificate', path('other.crt'), ...vendor];
    const { code, codes } = await appraise('good', nonce, endorsed);
    expect(codes).toContain('attestation/endorsement-of-another-tpm');
    expect(code).toBe(1);
  });

  it('an old quote, replayed', () => refused('good', 'quote-replayed', '00112233445566778899aabbccddeeff'));

  it('a quote by another key', async () => {
    await tpm.createKeys('rsa', 'thief');
    await quote(nonce, 'stolen', 'thief');
    await pack('stolen', {}, 'thief');
    await refused('stolen', 'key-of-another');
  });

  describe('logs', () => {
    const forged = async (name: string, finding: string, logs: { boot?: Uint8Array; list?: Uint8Array }) => {
      for (const part of ['msg', 'sig', 'pcr'])
        await tpm.write(`${name}.${part}`, await tpm.read(`good.${part}`));
      await pack(name, logs);
      await refused(name, finding);
    };

    it('a boot log, cut', () =>
      forged('b1', 'boot-log-cut', { boot: bootLog(events.filter(({ data }) => data !== 'grub')) }));
    it('a boot log, reordered', () =>
      forged('b2', 'boot-log-reordered', { boot: bootLog(events.with(2, events[3]!).with(3, events[2]!)) }));
    it('a boot log, extended', () =>
      forged('b3', 'boot-log-extended', {
        boot: Buffer.concat([boot, bootEvent({ pcr: 4, type: 0xd, data: 'x' })]),
      }));
    it('a measurement list, cut', () => forged('l1', 'ima-log-cut', { list: imaLog(...files.slice(0, 2)) }));
    it('a measurement list, reordered', () =>
      forged('l2', 'ima-log-reordered', { list: imaLog(files[1]!, files[0]!, files[2]!) }));
    it('a measurement list, extended', async () => {
      // `pack` leaves out what a quote does not cover; whoever forges does not use it.
      const evidence = decodeTpmEvidence(await tpm.read('good.cbor'));
      const entries = Buffer.concat([list, imaLog('/bin/sh')]);
      await tpm.write('l3.cbor', encodeTpmEvidence({ ...evidence, ima: { offset: 0, entries } }));
      await refused('l3', 'ima-log-extended');
    });
    it('a violation, added', () =>
      forged('l4', 'ima-violation-forged', {
        list: imaLog(files[0]!, { path: '/bin/sh', violation: true }, files[1]!, files[2]!),
      }));
  });

  it('leaves out what was measured after the quote', async () => {
    for (const part of ['msg', 'sig', 'pcr'])
      await tpm.write(`later.${part}`, await tpm.read(`good.${part}`));
    await pack('later', { list: imaLog(...files, '/bin/sh') });
    expect(await tpm.read('later.cbor')).toEqual(await tpm.read('good.cbor'));
  });

  it('learns from a runtime report, and judges one by it', async () => {
    const { name } = readTpmKey(await tpm.read('ak.pub'));
    const write = async (file: string, sockets: RuntimeReport['sockets']) => {
      const said = { ...goodReport, sockets: sockets!, nonce: fromHex(nonce), signer: name! };
      await tpm.write(file, encodeRuntimeReport(said));
      const ticket = ['-t', `${file}.ticket`];
      await tpm.tool('hash', '-C', 'o', '-g', 'sha256', ...ticket, '-o', `${file}.digest`, file);
      const signed = ['-d', ...ticket, '-o', `${file}.sig`, `${file}.digest`];
      await tpm.tool('sign', '-c', 'ak.ctx', '-g', 'sha256', ...signed);
      const report = ['--report', path(file), '--report-signature', path(`${file}.sig`)];
      const quoted = [
        '--message',
        path('good.msg'),
        '--signature',
        path('good.sig'),
        '--pcrs',
        path('good.pcr'),
      ];
      const logs = ['--eventlog', path('boot'), '--ima', path('list')];
      const packed = await kiten([
        'attest',
        'pack',
        ...quoted,
        ...logs,
        ...report,
        '--out',
        path(`${file}.cbor`),
      ]);
      expect(packed.stderr).toBe('');
    };
    await write('calm', goodReport.sockets);
    await write('loud', [{ protocol: 'tcp', address: '::', port: 4444, executable: '/tmp/nc' }]);
    const about = ['--key', path('ak.pub'), '--nonce', nonce];
    const learnt = await kiten([
      ...['attest', 'learn', '--evidence', path('calm.cbor'), ...about],
      ...['--vendor', 'Acme', '--model', 'gateway 1.5', '--out', path('runtime-reference')],
    ]);
    expect(learnt.stderr).toBe('');
    const judge = async (file: string) => {
      const given = ['--type', evidenceType, '--evidence', path(`${file}.cbor`), ...about];
      const reference = ['--reference', path('runtime-reference'), '--json'];
      const { stdout } = await kiten(['attest', 'appraise', ...given, ...reference]);
      return (JSON.parse(stdout) as Answer).findings.map(({ code }) => code);
    };
    expect(await judge('calm')).toContain('attestation/sockets-approved');
    expect(await judge('loud')).toContain('attestation/socket-unapproved');
    const { stdout } = await kiten(['attest', 'inspect', path('calm'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'runtime report' });
  });

  it('evidence that cannot be read is a finding, and no error', async () => {
    await tpm.write('broken.cbor', Buffer.from('not cbor'));
    const { code, codes } = await appraise('broken');
    expect(codes).toEqual(['attestation/evidence-unreadable']);
    expect(code).toBe(1);
  });

  it('tells wrong usage from evidence that does not hold', async () => {
    expect((await kiten(['attest', 'appraise'])).code).toBe(2);
    expect(
      (await kiten(['attest', 'quote', '--message', 'x', '--signature', 'x', '--key', 'x', '--nonce', 'zz']))
        .code,
    ).toBe(2);
    const unknown = [
      '--type',
      'application/x',
      '--evidence',
      'x',
      '--key',
      'x',
      '--reference',
      'x',
      '--nonce',
      '00',
    ];
    const outcome = await kiten(['attest', 'appraise', ...unknown]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('kiten/attest-type');
    const unsigned = await kiten([
      ...[
        'attest',
        'appraise',
        '--type',
        evidenceType,
        '--evidence',
        path('good.cbor'),
        '--key',
        path('ak.pub'),
      ],
      ...['--reference', path('reference'), '--nonce', nonce],
    ]);
    expect(unsigned.stderr).toContain('kiten/reference-key');
  });

  it('verifies what tpm2_quote writes, in each of its forms', async () => {
    const check = (name: string, ...more: string[]) =>
      kiten([
        'attest',
        'quote',
        '--message',
        path(`${name}.msg`),
        '--signature',
        path(`${name}.sig`),
        '--json',
        ...more,
      ]);
    const good = await check('good', '--key', path('ak.pub'), '--pcrs', path('good.pcr'), '--nonce', nonce);
    expect(good.code, good.stderr).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({
      verified: true,
      fresh: true,
      attest: { extraData: nonce },
    });
    await tpm.tool('readpublic', '-c', 'ak.ctx', '-f', 'pem', '-o', 'ak.pem');
    const out = [
      '-m',
      'plain.msg',
      '-s',
      'plain.sig',
      '-f',
      'plain',
      '-o',
      'plain.pcr',
      '-F',
      'values',
      '-g',
      'sha256',
    ];
    await tpm.tool('quote', '-c', 'ak.ctx', '-l', selection, '-q', nonce, ...out);
    const plain = await check('plain', '--key', path('ak.pem'), '--pcrs', path('plain.pcr'));
    expect(JSON.parse(plain.stdout)).toMatchObject({ verified: true, fresh: false });
    const stale = await check('good', '--key', path('ak.pub'), '--nonce', '00');
    expect(stale.code).toBe(1);
    expect(JSON.parse(stale.stdout)).toMatchObject({ verified: false, problem: 'nonce' });
    const people = await kiten([
      'attest',
      'quote',
      '--message',
      path('good.msg'),
      '--signature',
      path('good.sig'),
      '--key',
      path('ak.pub'),
    ]);
    expect(people.stdout).toContain('no nonce was given');
  });

  it('replays a boot log as tpm2_eventlog does', async () => {
    const { stdout, code } = await kiten(['attest', 'eventlog', path('boot'), '--json']);
    expect(code).toBe(0);
    const { pcrs, banks } = JSON.parse(stdout) as {
      pcrs: Record<string, Record<string, string>>;
      banks: string[];
    };
    expect(banks).toEqual(['sha256', 'sha384']);
    const theirs = await tpm.tool('eventlog', 'boot');
    for (const value of Object.values(pcrs.sha256!)) expect(theirs).toContain(value);
    expect((await kiten(['attest', 'eventlog', path('boot')])).stdout).toContain('EV_S_CRTM_VERSION');
    await tpm.write('no-log', Buffer.from('nothing'));
    expect((await kiten(['attest', 'eventlog', path('no-log')])).code).toBe(1);
  });

  it('replays a measurement list, binary or text, into what the TPM holds', async () => {
    const held = await tpm.tool('pcrread', 'sha256:10');
    const { stdout } = await kiten(['attest', 'ima', path('list'), '--json']);
    const { pcrs, count } = JSON.parse(stdout) as {
      pcrs: Record<string, Record<string, string>>;
      count: number;
    };
    expect(count).toBe(3);
    expect(held).toContain(pcrs.sha256?.['10']?.toUpperCase());
    const scanner = new ImaScanner(list);
    let text = '';
    for (const file of files) {
      scanner.next();
      const digest = list.subarray(scanner.digestStart, scanner.digestStart + 20).toString('hex');
      text += `10 ${digest} ima-ng sha256:${createHash('sha256').update(file).digest('hex')} ${file}\n`;
    }
    expect(Buffer.from(imaFromAscii(text))).toEqual(list);
    await tpm.write('list.txt', text);
    const read = await kiten(['attest', 'ima', path('list.txt'), '--json']);
    expect(JSON.parse(read.stdout)).toMatchObject({ pcrs });
    await tpm.write('altered', list.with(list.length - 3, 0x5a));
    const altered = await kiten(['attest', 'ima', path('altered'), '--json']);
    expect(altered.code).toBe(1);
    expect(JSON.parse(altered.stdout)).toMatchObject({ altered: [2] });
  });

  it('says what each file is', async () => {
    const kinds = {
      'good.msg': 'TPMS_ATTEST',
      'good.sig': 'TPMT_SIGNATURE',
      'good.pcr': 'register values of tpm2_quote',
      'ak.pub': 'TPM2B_PUBLIC',
      'good.cbor': 'evidence of a TPM',
      reference: 'signed statement',
      boot: 'boot log',
      list: 'measurement list of IMA',
      'ca.pem': 'certificate',
      'verifier.pem': undefined,
    };
    for (const [file, kind] of Object.entries(kinds)) {
      const { stdout, code } = await kiten(['attest', 'inspect', path(file), '--json']);
      expect(code, file).toBe(kind === undefined ? 1 : 0);
      if (kind !== undefined) expect(JSON.parse(stdout), file).toMatchObject({ kind });
    }
    expect((await kiten(['attest', 'inspect', path('reference')])).stdout).toContain('Acme gateway 1.4');
  });

  it('says of what is for others what it is', async () => {
    const environment: CborValue = new Map([
      [
        0,
        new Map([
          [1, 'ACME'],
          [2, 'RoadRunner'],
        ]),
      ],
    ]);
    const values: CborValue = [new Map([[1, new Map([[2, [[1, new Uint8Array(32)]]]])]])];
    const comid = encodeCbor(
      new Map<CborValue, CborValue>([
        [1, new Map()],
        [4, new Map([[0, [[environment, values]]]])],
      ]),
    );
    const corim = new CborTag(
      501,
      new Map<CborValue, CborValue>([
        [0, 'id'],
        [1, [new CborTag(506, comid)]],
      ]),
    );
    await writeFile(path('psa.corim'), encodeCbor(corim));
    const { stdout } = await kiten(['attest', 'inspect', path('psa.corim'), '--json']);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'CoRIM without reference values of a TPM',
      content: {
        id: 'id',
        tags: [{ kind: 'CoMID', triples: [{ of: 'reference values', for: ['ACME RoadRunner'] }] }],
      },
    });
    await writeFile(path('other.cbor'), encodeCbor([1, 'two']));
    const other = await kiten(['attest', 'inspect', path('other.cbor'), '--json']);
    expect(JSON.parse(other.stdout)).toEqual({ kind: 'CBOR', content: [1, 'two'] });
  });

  // A result of the Veraison project’s verifier and its key, from the tests of github.com/veraison/ear.
  it('verifies the attestation result of another project under its key as a JWK, and no other', async () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8',
      y: 'IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4',
    };
    const jwt =
      'eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJlYXIudmVyaWZpZXItaWQiOnsiYnVpbGQiOiJycnRyYXAtdjEuMC4wIiwiZGV2ZWxvcGVyIjoiQWNtZSBJbmMuIn0sImVhdF9wcm9maWxlIjoidGFnOmdpdGh1Yi5jb20sMjAyMzp2ZXJhaXNvbi9lYXIiLCJpYXQiOjEuNjY2MDkxMzczZSswOSwianRpIjoiMTY1Zjg0YzY3YzE0ZTEwZDFlNGI0MzM0MDgzY2IyYTIxZDI2YmYxN2FhNjBkNWU5ZGE5ZDhmNzE3NmFjNWI2MyIsIm5iZiI6MTY3NjQ3MjcwOSwic3VibW9kcyI6eyJ0ZXN0Ijp7ImVhci5hcHByYWlzYWwtcG9saWN5LWlkIjoicG9saWN5Oi8vdGVzdC8wMTIzNCIsImVhci5zdGF0dXMiOiJhZmZpcm1pbmciLCJlYXIudmVyYWlzb24uYW5ub3RhdGVkLWV2aWRlbmNlIjp7ImsxIjoidjEiLCJrMiI6InYyIn0sImVhci52ZXJhaXNvbi5wb2xpY3ktY2xhaW1zIjp7ImJhciI6ImJheiIsImZvbyI6ImJhciJ9fX19.LunlKAnUiVHZxIUr7jNnrwFlRtd7t6f6W1rzIFgcWFLdtJELKIVGkPVV5PriHh8T0uLLIEJafwvi6hmIr27aDw';
    await writeFile(path('veraison.jwt'), jwt);
    const verified = async (key: unknown) => {
      await writeFile(path('key.jwk'), JSON.stringify(key));
      return kiten(['attest', 'ear', path('veraison.jwt'), '--key', path('key.jwk'), '--json']);
    };
    for (const key of [jwk, { keys: [jwk] }]) {
      const { stdout, code } = await verified(key);
      expect([code, JSON.parse(stdout).claims.submods]).toEqual([
        0,
        { test: { status: 'affirming', policyIds: ['policy://test/01234'] } },
      ]);
    }
    for (const key of [{ keys: [jwk, jwk] }, { keys: [] }, { ...jwk, x: jwk.y }, {}])
      expect((await verified(key)).stderr).toContain('kiten/attest-files');
  });

  describe('what the TPM holds itself', () => {
    it('a file outside the reference values that is run', async () => {
      const more = imaEntry({ path: '/tmp/miner' });
      await extendList(more);
      await quote(nonce, 'miner');
      await pack('miner', { list: Buffer.concat([list, more]) });
      await refused('miner', 'executable-unapproved');
    });

    it('a register that is extended besides the logs', async () => {
      await extend(4, (_, bytes) => '5a'.repeat(bytes));
      await quote(nonce, 'extended');
      await pack('extended', { list: Buffer.concat([list, imaEntry({ path: '/tmp/miner' })]) });
      await refused('extended', 'pcr-unexplained');
    });
  });
});
