import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type TestSite } from './kiten.ts';

/** Files of an enrolled device, as `openssl` and `mosquitto_pub` take them. */
export interface DeviceFiles {
  readonly id: string;
  readonly folder: string;
  readonly key: string;
  readonly certificate: string;
}

/** Makes a key and a certification request with `openssl`. @returns the request in base64, as EST wants it */
export async function makeRequest(folder: string, subject: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await must('openssl', [
    'genpkey',
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-out',
    join(folder, 'key.pem'),
  ]);
  const { stdout } = await must('openssl', [
    'req',
    '-new',
    '-key',
    join(folder, 'key.pem'),
    '-subj',
    subject,
  ]);
  return stdout.replace(/-----[^-]+-----/g, '').trim();
}

export interface EstAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: string;
}

/** Asks an EST operation with `curl`. */
export async function est(
  site: TestSite,
  operation: string,
  args: readonly string[] = [],
  body?: string,
): Promise<EstAnswer> {
  const post = body === undefined ? [] : ['-H', 'Content-Type: application/pkcs10', '--data-binary', '@-'];
  const url = `${site.ready.device}/.well-known/est/${operation}`;
  const options = body === undefined ? {} : { input: body };
  const { stdout } = await must(
    'curl',
    ['-sS', '-i', '--cacert', site.ready.ca, ...args, ...post, url],
    options,
  );
  const end = stdout.indexOf('\r\n\r\n');
  const headers = stdout.slice(0, end);
  return { status: Number(headers.split(' ', 2)[1]), headers, body: stdout.slice(end + 4) };
}

/** Takes the certificate out of what EST answered. */
export async function certificateOf(answer: EstAnswer, file: string): Promise<void> {
  if (answer.status !== 200) throw new Error(`EST answered ${answer.status}: ${answer.body}`);
  const { stdout } = await must('openssl', ['pkcs7', '-inform', 'DER', '-print_certs'], {
    input: Buffer.from(answer.body, 'base64'),
  });
  await writeFile(file, stdout);
}

/** Enrols a device with a one-time token, by `openssl` and `curl` alone. */
export async function enrol(site: TestSite, id: string, ...options: readonly string[]): Promise<DeviceFiles> {
  const folder = join(site.directory, `device-${id}`);
  const { token } = await site.json<{ token: string }>('token', 'create', '--device', id, ...options);
  const request = await makeRequest(folder, `/CN=${id}`);
  const certificate = join(folder, 'certificate.pem');
  await certificateOf(await est(site, 'simpleenroll', ['-u', `${id}:${token}`], request), certificate);
  return { id, folder, key: join(folder, 'key.pem'), certificate };
}

/** The options by which mosquitto's clients connect as this device. */
export function mosquittoOptions(site: TestSite, device: DeviceFiles): string[] {
  const [, port = ''] = site.ready.mqtts.split(':');
  return [
    '-h',
    'localhost',
    '-p',
    port,
    '--cafile',
    site.ready.ca,
    '--cert',
    device.certificate,
    '--key',
    device.key,
  ];
}

export type Version = 'mqttv311' | 'mqttv5';

/** Publishes one message with `mosquitto_pub`. */
export function publish(site: TestSite, device: DeviceFiles, version: Version, ...args: readonly string[]) {
  return run('mosquitto_pub', [...mosquittoOptions(site, device), '-V', version, '-i', device.id, ...args]);
}

async function must(program: string, args: readonly string[], options: Parameters<typeof run>[2] = {}) {
  const outcome = await run(program, args, options);
  if (outcome.code !== 0) throw new Error(`${program} ${args.join(' ')}: ${outcome.stderr}`);
  return outcome;
}
