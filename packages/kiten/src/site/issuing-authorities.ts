import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Certificate,
  type Clock,
  encodePem,
  equalBytes,
  KitenError,
  parseCertificate,
  parseCertificateList,
  type Signer,
  verifyCertificateListSignature,
} from '@kiten/codec';
import {
  type Authority,
  type AuthorityOptions,
  createAuthority,
  loadSigner,
  nodeVerify,
  storeSigner,
} from '@kiten/identity';
import { certificateIn } from './certificate-files.ts';
import type { Layout } from './layout.ts';

/** An issuing CA that this site holds the key of. */
export interface IssuingAuthority {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

/** A new issuing CA with what the root has signed for it. */
export interface Successor {
  readonly signer: Signer;
  /** DER. */
  readonly certificate: Uint8Array;
  /** The root's revocation list that goes with it, DER. */
  readonly rootList: Uint8Array;
}

type SiteAuthorityOptions = Omit<AuthorityOptions, 'certificate' | 'signer' | 'previous' | 'chain'>;

/**
 * The site's issuing CAs under one root: the newest issues; those before it are honoured until they end, and go on
 * making lists of what they have revoked. Their files are numbered, `issuing.pem` being the first; a certificate counts
 * once it lies beside its key.
 */
export class IssuingAuthorities {
  readonly #layout: Layout;
  readonly #options: SiteAuthorityOptions;
  readonly #root: Uint8Array;
  #all: readonly IssuingAuthority[];
  #current: Authority;
  #rootList: string;
  /** What everybody is handed: it stays the same when the issuing CA changes. */
  readonly authority: Authority;

  private constructor(
    parts: { layout: Layout; options: SiteAuthorityOptions; root: Uint8Array; rootList: string },
    all: readonly IssuingAuthority[],
  ) {
    this.#layout = parts.layout;
    this.#options = parts.options;
    this.#root = parts.root;
    this.#rootList = parts.rootList;
    this.#all = all;
    this.#current = this.#open(all);
    this.authority = delegateTo(() => this.#current);
  }

  /** @throws KitenError `kiten/certificate-missing`, `identity/key-file-…`, `identity/authority-…` */
  static async load(layout: Layout, options: SiteAuthorityOptions): Promise<IssuingAuthorities> {
    const root = await certificateIn(layout.caFile);
    const rootList = await readFile(rootListFile(layout), 'utf8');
    const all: IssuingAuthority[] = [];
    for (const number of await numbersIn(layout)) {
      const certificate = parseCertificate(await certificateIn(certificateFile(layout, number)));
      // The newest first.
      all.unshift({ certificate, signer: await loadSigner(keyFile(layout, number)) });
    }
    return new IssuingAuthorities({ layout, options, root, rootList }, all);
  }

  /** The newest, then those before it that have not ended. */
  inForce(clock: Clock): readonly IssuingAuthority[] {
    return this.#all.filter(({ certificate }, at) => at === 0 || certificate.notAfter > clock.now());
  }

  get rootList(): string {
    return this.#rootList;
  }

  get root(): Uint8Array {
    return this.#root;
  }

  /**
   * Lets a successor issue from now on. It is on the disk when this resolves, and nothing has changed if it throws.
   *
   * @throws KitenError `identity/authority-…` if the root has not signed it, `kiten/root-list` if its list does not go
   *   with it
   */
  async add({ signer, certificate: der, rootList }: Successor): Promise<Certificate> {
    const certificate = parseCertificate(der);
    const all = [{ certificate, signer }, ...this.#all];
    const next = this.#open(all);
    requireList(rootList, certificate, next.root);
    const number = Math.max(...(await numbersIn(this.#layout))) + 1;
    await storeSigner(keyFile(this.#layout, number), signer);
    const list = encodePem('X509 CRL', rootList);
    await replace(rootListFile(this.#layout), list);
    await replace(certificateFile(this.#layout, number), encodePem('CERTIFICATE', der));
    this.#all = all;
    this.#current = next;
    this.#rootList = list;
    return certificate;
  }

  #open([newest, ...before]: readonly IssuingAuthority[]): Authority {
    if (newest === undefined)
      throw new KitenError('kiten/certificate-missing', 'The site has no issuing CA.');
    const now = this.#options.clock.now();
    return createAuthority({
      ...this.#options,
      certificate: newest.certificate.der,
      signer: newest.signer,
      previous: before
        .filter(({ certificate }) => certificate.notAfter > now)
        .map(({ certificate }) => certificate.der),
      chain: [this.#root],
    });
  }
}

/** A root's list without entries, signed by it, that lasts as long as the CA that it is checked with. */
function requireList(der: Uint8Array, issuing: Certificate, root: Certificate): void {
  const list = parseCertificateList(der);
  const isRoots =
    equalBytes(list.issuerDer, root.subjectDer) &&
    verifyCertificateListSignature(list, root.publicKey, nodeVerify);
  if (isRoots && (list.nextUpdate ?? 0) >= issuing.notAfter) return;
  throw new KitenError(
    'kiten/root-list',
    'The revocation list is not the root’s, or ends before the new CA does: clients would be refused.',
  );
}

/** The same CA for whoever holds it, whichever it is by now. */
function delegateTo(current: () => Authority): Authority {
  return {
    get trustDomain() {
      return current().trustDomain;
    },
    get signer() {
      return current().signer;
    },
    get issuer() {
      return current().issuer;
    },
    get issuers() {
      return current().issuers;
    },
    get root() {
      return current().root;
    },
    get certificates() {
      return current().certificates;
    },
    get fingerprint() {
      return current().fingerprint;
    },
    get rootPem() {
      return current().rootPem;
    },
    chainPem: (certificate) => current().chainPem(certificate),
    issueDevice: (request) => current().issueDevice(request),
    issueServer: (request) => current().issueServer(request),
  };
}

/** 1, then as often as there was a successor. */
async function numbersIn(layout: Layout): Promise<readonly number[]> {
  const numbers = (await readdir(layout.certificates))
    .map((name) => /^issuing(?:-(\d{1,4}))?\.pem$/.exec(name))
    .filter((match) => match !== null)
    .map(([, number = '1']) => Number(number));
  return numbers.filter((number) => existsSync(keyFile(layout, number))).sort((a, b) => a - b);
}

const suffix = (number: number): string => (number === 1 ? '' : `-${number}`);
const certificateFile = (layout: Layout, number: number): string =>
  join(layout.certificates, `issuing${suffix(number)}.pem`);
const keyFile = (layout: Layout, number: number): string =>
  join(layout.keys, `issuing${suffix(number)}.key.pem`);

const rootListFile = (layout: Layout): string => join(layout.certificates, 'root.crl.pem');

/** Whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { flush: true });
  await rename(`${file}.new`, file);
}
