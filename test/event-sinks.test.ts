import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

/** A receiver of syslog over streams: takes messages apart as RFC 5425 says. */
function collecting(into: string[]): (socket: Socket) => void {
  return (socket) => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const space = rest.indexOf(' ');
        const length = Number(rest.subarray(0, space).toString());
        if (space < 0 || rest.length < space + 1 + length) return;
        into.push(rest.subarray(space + 1, space + 1 + length).toString());
        rest = rest.subarray(space + 1 + length);
      }
    });
  };
}

interface Hook {
  readonly headers: Record<string, string>;
  readonly body: string;
}

describe.skipIf(!requireTool('openssl', 'openssl'))('what happens, told to others', () => {
  const udp = createSocket('udp6');
  const datagrams: string[] = [];
  const [overTcp, overTls] = [[] as string[], [] as string[]];
  const tcp = createServer(collecting(overTcp));
  let tls: ReturnType<typeof createTlsServer>;
  const hooks: Hook[] = [];
  let isDown = false;
  const web = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!isDown)
        hooks.push({
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString(),
        });
      response.writeHead(isDown ? 503 : 204).end();
    });
  });
  let site: TestSite;
  let secret: string;

  beforeAll(async () => {
    site = await TestSite.start();
    await site.signal('SIGTERM');
    const [key, certificate] = [join(site.data, 'siem.key'), join(site.data, 'siem.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
    ];
    await run('openssl', [...made, '-keyout', key, '-out', certificate, ...names]);
    tls = createTlsServer(
      { key: await readFile(key), cert: await readFile(certificate) },
      collecting(overTls),
    );
    udp.on('message', (message) => void datagrams.push(message.toString())).bind(0, '::1');
    for (const server of [tcp, tls, web]) server.listen(0, '127.0.0.1');
    await Promise.all([udp, tcp, tls, web].map((server) => once(server, 'listening')));
    const port = (server: { address(): unknown }) => (server.address() as { port: number }).port;
    secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    await writeFile(join(site.data, 'hook.secret'), `${secret}\n`, { mode: 0o600 });
    const sinks = [
      `name = "udp"\nurl = "syslog+udp://[::1]:${port(udp)}"`,
      `name = "tcp"\nurl = "syslog+tcp://127.0.0.1:${port(tcp)}"\nformat = "ocsf"`,
      `name = "tls"\nurl = "syslog+tls://localhost:${port(tls)}"\nca = "siem.pem"\ntypes = ["device/*"]`,
      `name = "stranger"\nurl = "syslog+tls://localhost:${port(tls)}"`,
      `name = "hook"\nurl = "http://127.0.0.1:${port(web)}/kiten"\nsecret_file = "hook.secret"\ntypes = ["token/*", "site/test"]`,
    ];
    const file = join(site.data, 'kiten.toml');
    await writeFile(
      file,
      `${await readFile(file, 'utf8')}\n${sinks.map((sink) => `[[events]]\n${sink}\n`).join('\n')}`,
    );
    await site.up();
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    udp.close();
    for (const server of [tcp, tls, web]) server.close();
  });

  it('goes to syslog by datagrams over IPv6, by TCP and by TLS, each in its form', async () => {
    await site.json('token', 'create', '--device', 'pump-1');
    const ofToken = await site.until(
      () => datagrams.find((one) => one.includes(' token/created ')),
      'a datagram',
    );
    expect(ofToken).toMatch(
      /^<110>1 \S+Z \S+ kiten \d+ token\/created \[kiten@32473 site="site.example" index="\d+"/,
    );
    const framedOne = await site.until(
      () => overTcp.find((one) => one.includes(' token/created ')),
      'a message',
    );
    const ocsf = JSON.parse(framedOne.slice(framedOne.indexOf('\ufeff') + 1));
    expect(ocsf).toMatchObject({ class_uid: 3004, activity_id: 1, unmapped: { device: 'pump-1' } });
    expect((await site.kiten('events', 'test', 'tls')).code).toBe(0);
    const tested = await site.until(
      () => overTls.find((one) => one.includes('site/test')),
      'a message over TLS',
    );
    expect(tested).toContain('A test of the receiver.');
    expect(overTls.some((one) => one.includes('token/created'))).toBe(false);
  });

  it('is not told to a server that cannot show who it is', async () => {
    const tested = await site.kiten('events', 'test', 'stranger', '--json');
    expect(refusal(tested)).toBe('kiten/sink-unreachable');
    expect(tested.stderr).toMatch(/self-signed|certificate/);
    const { warnings } = await site.json<{ warnings: { code: string; message: string }[] }>('status');
    expect(warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('stranger') }),
    );
  });

  it('goes to a webhook under a signature that its receiver can check', async () => {
    const hook = await site.until(() => hooks.find(({ body }) => body.includes('pump-1')), 'a call');
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = hook.headers;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${time}.${hook.body}`).digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(JSON.parse(hook.body)).toMatchObject({
      type: 'token/created',
      timestamp: expect.stringMatching(/Z$/),
      data: { site: 'site.example', actor: 'operator:owner', data: { device: 'pump-1' } },
    });
  });

  it('waits for a receiver that is away, through a crash, and then comes in its order, each under its own id', async () => {
    isDown = true;
    for (const device of ['late-1', 'late-2']) await site.json('token', 'create', '--device', device);
    await site.until(async () => {
      const sinks = await site.json<{ name: string; behind: number; problem?: object }[]>('events', 'list');
      return sinks.find(({ name }) => name === 'hook')?.problem;
    }, 'a problem');
    await site.signal('SIGKILL');
    isDown = false;
    await site.up();
    await site.json('token', 'create', '--device', 'late-3');
    await site.until(() => hooks.find(({ body }) => body.includes('late-3')), 'the last');
    const devices = hooks.map(
      ({ body }) => (JSON.parse(body) as { data: { data: { device: string } } }).data.data.device,
    );
    const first = (device: string) => devices.indexOf(device);
    expect(first('late-1')).toBeGreaterThan(first('pump-1'));
    expect(first('late-2')).toBeGreaterThan(first('late-1'));
    expect(first('late-3')).toBeGreaterThan(first('late-2'));
    const ids = new Map(hooks.map(({ headers, body }) => [headers['webhook-id'], body]));
    for (const { headers, body } of hooks) expect(ids.get(headers['webhook-id'] ?? '')).toBe(body);
  });

  it('has receivers that make sense, or no site', async () => {
    await site.signal('SIGTERM');
    const file = join(site.data, 'kiten.toml');
    const good = await readFile(file, 'utf8');
    const codeWith = async (sink: string) => {
      await writeFile(file, `${good}\n[[events]]\nname = "odd"\n${sink}\n`);
      return refusal(await site.kiten('up', '--ports', 'random', '--json'));
    };
    expect(await codeWith('url = "http://hooks.example/"')).toBe('kiten/sink-url');
    expect(await codeWith('url = "https://hooks.example/"')).toBe('kiten/webhook-secret');
    expect(await codeWith('url = "syslog+udp://x"\ntypes = ["nonsense"]')).toBe('kiten/config-key');
  });
});
