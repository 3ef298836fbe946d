import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlgorithmName, algorithmOf, KitenError, publicKeyFits, type Signer } from '@kiten/codec';
import { loadSecretLine, nodeVerify } from '@kiten/identity';
import { type Pkcs11Uri, parsePkcs11Uri } from './uri.ts';

const program = 'pkcs11-tool';
/** Within the environment of the program alone, which only its owner and root can read. */
const pinVariable = 'KITEN_PKCS11_PIN';
/** A person may have to touch the token. */
const timeout = 120_000;

/**
 * A signer over a private key that never leaves its token, by the program `pkcs11-tool` of OpenSC. The PIN is handed over
 * in that program’s environment, not in its arguments. Each signature is verified before it counts.
 *
 * @param uri of RFC 7512, as {@link parsePkcs11Uri} reads it.
 * @throws KitenError `kiten/pkcs11-uri`, `kiten/pkcs11-pin-exposed`, `kiten/pkcs11-tool-missing`, `kiten/pkcs11-failed`,
 * `kiten/pkcs11-key`, and what reading the PIN’s file throws
 */
export async function openTokenSigner(uri: string): Promise<Signer> {
  const given = parsePkcs11Uri(uri);
  const pin = await loadSecretLine(given.pinFile);
  const where = { ...given, id: given.id ?? idOf(given, pin) };
  const publicKey = publicKeyOf(run(where, pin, ['--read-object', '--type', 'pubkey']));
  const algorithm = tokenAlgorithms.find((each) => publicKeyFits(each, publicKey));
  if (algorithm === undefined) {
    throw new KitenError('kiten/pkcs11-key', 'Keys on tokens are on P-256 or P-384, Ed25519, or RSA.');
  }
  return {
    algorithm,
    publicKey,
    sign: (data) => {
      const signature = signed(where, pin, algorithm, data);
      if (nodeVerify(algorithm, publicKey, data, signature)) return signature;
      throw new KitenError('kiten/pkcs11-failed', 'The token made a signature that does not hold.');
    },
  };
}

const tokenAlgorithms: readonly AlgorithmName[] = ['ES256', 'ES384', 'EdDSA', 'PS256'];

/** What `pkcs11-tool` signs Ed25519 in one piece with; tokens don’t take it in several. */
const maxPureBytes = 1024;

/** ECDSA over the digest, since hardly a token hashes for it; the raw form r ‖ s. */
function signed(where: Pkcs11Uri, pin: string, algorithm: AlgorithmName, data: Uint8Array): Uint8Array {
  const { coordinateBytes, hash = 'SHA-256' } = algorithmOf(algorithm);
  if (coordinateBytes !== undefined) {
    const digest = createHash(hash.replace('-', '').toLowerCase()).update(data).digest();
    return signedOver(digest, where, pin, ['--mechanism', 'ECDSA', '--signature-format', 'rs']);
  }
  if (algorithm === 'PS256') {
    const scheme = ['--mechanism', 'SHA256-RSA-PKCS-PSS', '--mgf', 'MGF1-SHA256', '--salt-len', '32'];
    return signedOver(data, where, pin, scheme);
  }
  if (data.length > maxPureBytes) {
    throw new KitenError(
      'kiten/pkcs11-too-long',
      `With Ed25519 a token signs up to ${maxPureBytes} octets, and this has ${data.length}: take a key on P-256 or RSA there.`,
    );
  }
  return signedOver(data, where, pin, ['--mechanism', 'EDDSA']);
}

/** From a file: out of a pipe the program takes it in pieces, which tokens don’t sign in one. */
function signedOver(data: Uint8Array, where: Pkcs11Uri, pin: string, scheme: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'kiten-token-'));
  try {
    const file = join(folder, 'data');
    writeFileSync(file, data);
    return run(where, pin, ['--sign', '--input-file', file, ...scheme]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The id of the one private key with the label. The program finds keys by label when it reads them, but signs with the
 * first that there is.
 */
function idOf({ object, ...where }: Pkcs11Uri, pin: string): string {
  const listed = Buffer.from(run(where, pin, ['--list-objects', '--type', 'privkey'])).toString('utf8');
  const keys = listed.split(/^(?=\S)/m).filter((entry) => /^ {2}label: +(.*)$/m.exec(entry)?.[1] === object);
  const [id, ...others] = keys.map((entry) => /^ {2}ID: +([0-9a-f]+)$/m.exec(entry)?.[1]);
  if (id !== undefined && others.length === 0) return id;
  throw new KitenError(
    'kiten/pkcs11-key',
    keys.length > 1
      ? `Several keys on the token are called ${object}: name one by its id=….`
      : `There is no private key called ${object} on the token.`,
  );
}

function run(where: Pkcs11Uri, pin: string, work: readonly string[]): Uint8Array {
  const { token, slot, id, module } = where;
  const place = [
    ...(token === undefined ? [] : ['--token-label', token]),
    ...(slot === undefined ? [] : ['--slot', slot]),
    ...(id === undefined ? [] : ['--id', id]),
  ];
  const { error, status, stdout, stderr } = spawnSync(
    program,
    ['--module', module, ...place, '--login', '--pin', `env:${pinVariable}`, ...work],
    { input: '', env: { ...process.env, [pinVariable]: pin }, timeout, maxBuffer: 1 << 20 },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new KitenError(
      'kiten/pkcs11-tool-missing',
      `The program ${program} is missing: apt-get install opensc.`,
    );
  }
  if (error !== undefined || status !== 0 || stdout.length === 0) throw failed(`${stderr}`, error);
  return new Uint8Array(stdout);
}

function publicKeyOf(answer: Uint8Array): Uint8Array {
  const isPem = Buffer.from(answer).toString('latin1').startsWith('-----BEGIN ');
  const bytes = Buffer.from(answer);
  try {
    const key = isPem ? createPublicKey(bytes) : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
  } catch (cause) {
    throw new KitenError('kiten/pkcs11-key', 'The token’s public key cannot be read.', { cause });
  }
}

/** What the program said, without paths and numbers that help nobody. */
function failed(said: string, cause: unknown): KitenError {
  const [, reason = 'it says nothing'] = /error: (.*)/.exec(said) ?? [];
  return new KitenError('kiten/pkcs11-failed', `The token refuses: ${reason.slice(0, 200)}.`, { cause });
}
