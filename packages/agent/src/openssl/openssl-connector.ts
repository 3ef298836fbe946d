import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { KitenError } from '@kiten/codec';
import type { Address, Connect } from '../site/connector.ts';
import { ChildStream } from './child-stream.ts';
import type { HardwareKey } from './hardware-key.ts';
import { missing } from './missing.ts';
import { opensslFault } from './openssl-fault.ts';
import { type Environment, openWorkspace, type Workspace } from './workspace.ts';

/** The device's own certificate, and the key that OpenSSL has to have sign. */
export interface HardwareIdentity {
  /** PEM. */
  readonly certificate: string;
  readonly key: HardwareKey;
}

const handshakeTime = 30_000;
const keptWords = 8192;
/** What `s_client -brief` says when both sides have shown themselves. */
const established = 'CONNECTION ESTABLISHED';

/**
 * TLS by a child, `openssl s_client`, because Node’s own takes only keys that it can read. The child trusts the site’s
 * root and nothing else, insists on the site’s name, and ends when the agent does: its input ends then.
 *
 * @param trust PEM of the site's root
 */
export const opensslConnector =
  (trust: string, { certificate, key }: HardwareIdentity, environment: Environment): Connect =>
  async (address) => {
    const files = { 'trust.pem': trust, 'certificate.pem': certificate };
    const workspace = await openWorkspace(key, environment, files);
    try {
      const stream = await connected(workspace, address);
      await workspace.remove();
      if (stream.errored === null) return stream;
      throw stream.errored;
    } finally {
      await workspace.remove();
    }
  };

async function connected(workspace: Workspace, address: Address): Promise<Duplex> {
  const { folder, environment, engine, uri, token } = workspace;
  const args = ['s_client', ...engine, '-key', uri, ...siteOptions(address), ...fixedOptions];
  // In a session of its own it has no terminal to ask for a PIN, and gets no signal that is meant for the agent.
  const child = spawn('openssl', args, {
    cwd: folder,
    env: { ...environment },
    stdio: 'pipe',
    detached: true,
  });
  const said = wordsOf(child);
  const fault = (code: number | null) => (code === 0 ? undefined : opensslFault(said(), address));
  const stream = new ChildStream(child, fault);
  // Whoever uses it hears of it by its end.
  stream.on('error', () => undefined);
  try {
    await handshake(child, () => said().includes(established));
    return stream;
  } catch (error) {
    stream.destroy();
    const cause = token?.failure() ?? error;
    throw cause instanceof KitenError ? cause : opensslFault(said() === '' ? String(cause) : said(), address);
  } finally {
    token?.seal();
  }
}

/** The last that it said on standard error. */
function wordsOf(child: ChildProcessWithoutNullStreams): () => string {
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (words: string) => {
    said = (said + words).slice(-keptWords);
  });
  return () => said;
}

/** Resolves when it is done; rejects when the child ended before, or took too long. */
function handshake(child: ChildProcessWithoutNullStreams, isDone: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => finish(new Error('no answer in time')), handshakeTime);
    const look = () => {
      if (isDone()) finish();
    };
    const ended = () => finish(new Error('it ended'));
    const failed = (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ENOENT' ? missing.openssl() : error);
    function finish(error?: Error): void {
      clearTimeout(limit);
      child.stderr.off('data', look);
      child.off('close', ended);
      if (error === undefined) resolve();
      else reject(error);
    }
    child.stderr.on('data', look);
    child.once('close', ended);
    child.on('error', failed);
  });
}

const fixedOptions = [
  ...['-cert', 'certificate.pem', '-CAfile', 'trust.pem', '-no-CApath', '-no-CAstore'],
  ...['-verify_return_error', '-min_protocol', 'TLSv1.2'],
  // What is said and heard are the octets of the connection: no letter in them is a command.
  ...['-brief', '-nocommands', '-no_ign_eof'],
  // As Node has it: HTTP and MQTT know by themselves whether something is missing at the end.
  '-ignore_unexpected_eof',
];

function siteOptions({ host, port }: Address): readonly string[] {
  const kind = isIP(host);
  const name =
    kind === 0 ? ['-verify_hostname', host, '-servername', host] : ['-verify_ip', host, '-noservername'];
  return ['-connect', `${kind === 6 ? `[${host}]` : host}:${port}`, ...name];
}
