import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
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
  verifyCertificateSignature,
} from '@kiten/codec';
import {
  type Authority,
  type AuthorityOptions,
  createAuthority,
  issuerId,
  loadSigner,
  nodeVerify,
  type RootSuccession,
  storeSigner,
} from '@kiten/identity';
import { certificateIn } from './certificate-files.ts';
import type { Layout } from './layout.ts';
import {
  loadRoots,
  type Roots,
  replaceFile,
  retirePreviousRoot,
  rootListFile,
  succeedRoot,
} from './root-files.ts';

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

/** The same with a new root, which has signed it, and what leads from the one before to that and back. */
export interface RootSuccessor extends Successor, Pick<RootSuccession, 'newWithOld' | 'oldWithNew'> {
  /** DER. */
  readonly root: Uint8Array;
}

type SiteAuthorityOptions = Omit<
  AuthorityOptions,
  'certificate' | 'signer' | 'previous' | 'chain' | 'succession'
>;

/**
 * The site's issuing CAs under one root, or under two while one takes over from the other: the newest issues; those before it are honoured until they end, and go on
 * making lists of what they have revoked. Their files are numbered, `issuing.pem` being the first; a certificate counts
 * once it lies beside its key.
 */
export class IssuingAuthorities {
  readonly #layout: Layout;
  readonly #options: SiteAuthorityOptions;
  #roots: Roots;
  #all: readonly IssuingAuthority[];
  #current: Authority;
  /** What everybody is handed: it stays the same when the issuing CA changes. */
  readonly authority: Authority;

  private constructor(
    parts: { layout: Layout; options: SiteAuthorityOptions; roots: Roots },
    all: readonly IssuingAuthority[],
  ) {
    this.#layout = parts.layout;
    this.#options = parts.options;
    this.#roots = parts.roots;
    this.#all = all.filter((one) => isUnder(one.certificate, parts.roots));
    this.#current = this.#open(this.#all, this.#roots);
    this.authority = delegateTo(() => this.#current);
  }

  /** @throws KitenError `kiten/certificate-missing`, `identity/key-file-…`, `identity/authority-…` */
  static async load(layout: Layout, options: SiteAuthorityOptions): Promise<IssuingAuthorities> {
    const all: IssuingAuthority[] = [];
    for (const number of await numbersIn(layout)) {
      const certificate = parseCertificate(await certificateIn(certificateFile(layout, number)));
      // The newest first.
      all.unshift({ certificate, signer: await loadSigner(keyFile(layout, number)) });
    }
    return new IssuingAuthorities({ layout, options, roots: await loadRoots(layout) }, all);
  }

  /** The newest, then those before it that have not ended. */
  inForce(clock: Clock): readonly IssuingAuthority[] {
    return this.#all.filter(({ certificate }, at) => at === 0 || certificate.notAfter > clock.now());
  }

  /** The lists of all roots in force, PEM. */
  get rootList(): string {
    const { list, succession } = this.#roots;
    return list + (succession?.list ?? '');
  }

  get root(): Uint8Array {
    return this.#roots.root;
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
    const list = encodePem('X509 CRL', rootList);
    const roots = { ...this.#roots, list };
    const next = this.#open(all, roots);
    requireList(rootList, certificate, next.root);
    const number = await this.#keep(signer);
    await replaceFile(rootListFile(this.#layout), list);
    await replaceFile(certificateFile(this.#layout, number), encodePem('CERTIFICATE', der));
    this.#take(all, next, roots);
    return certificate;
  }

  /**
   * Lets a new root take over, with a CA that issues under it. The one before is honoured until it is retired.
   *
   * @throws KitenError `kiten/root-overlap` while there is one before the present one already; and as `add` does
   */
  async succeed(successor: RootSuccessor): Promise<Certificate> {
    const { signer, certificate: der, rootList, root, newWithOld, oldWithNew } = successor;
    if (this.#roots.succession !== undefined) {
      const message = 'Devices may trust the root before the present one: retire that one first.';
      throw new KitenError('kiten/root-overlap', message);
    }
    const certificate = parseCertificate(der);
    const all = [{ certificate, signer }, ...this.#all];
    const list = encodePem('X509 CRL', rootList);
    const links = { previousRoot: this.#roots.root, newWithOld, oldWithNew };
    const roots = { root, list, succession: { ...links, list: this.#roots.list } };
    const next = this.#open(all, roots);
    requireList(rootList, certificate, next.root);
    const number = await this.#keep(signer);
    // Until its root is in its place, it is none of ours.
    await replaceFile(certificateFile(this.#layout, number), encodePem('CERTIFICATE', der));
    await succeedRoot(this.#layout, { ...links, root }, list);
    this.#take(all, next, roots);
    return certificate;
  }

  /** Honours the root of before no more, nor what was issued under it. @throws KitenError `kiten/root-alone` */
  async retire(): Promise<Certificate> {
    const { previousRoot } = this.#current;
    if (previousRoot === undefined) {
      throw new KitenError('kiten/root-alone', 'No root of before is honoured here.');
    }
    const { root, list } = this.#roots;
    const all = this.#all.filter(({ certificate }) => isUnder(certificate, { root }));
    const next = this.#open(all, { root });
    await retirePreviousRoot(this.#layout);
    this.#take(all, next, { root, list });
    return previousRoot;
  }

  /** The issuing CAs of a root, as `issuerId` gives them. */
  under(root: Certificate): ReadonlySet<string> {
    const issued = this.#all.filter(({ certificate }) => isUnder(certificate, { root: root.der }));
    return new Set(issued.map(({ certificate }) => issuerId(certificate)));
  }

  /** @returns its number */
  async #keep(signer: Signer): Promise<number> {
    const number = Math.max(...(await numbersIn(this.#layout))) + 1;
    await storeSigner(keyFile(this.#layout, number), signer);
    return number;
  }

  #take(all: readonly IssuingAuthority[], current: Authority, roots: Roots): void {
    this.#all = all;
    this.#current = current;
    this.#roots = roots;
  }

  #open(
    [newest, ...before]: readonly IssuingAuthority[],
    { root, succession }: Pick<Roots, 'root' | 'succession'>,
  ): Authority {
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
      chain: [root],
      ...(succession === undefined ? {} : { succession }),
    });
  }
}

/** Whether a root in force has signed it. */
function isUnder(
  certificate: Certificate,
  { root, succession }: { readonly root: Uint8Array; readonly succession?: RootSuccession },
): boolean {
  const roots = [root, ...(succession === undefined ? [] : [succession.previousRoot])].map(parseCertificate);
  return roots.some(({ publicKey }) => verifyCertificateSignature(certificate, publicKey, nodeVerify));
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
    get previousRoot() {
      return current().previousRoot;
    },
    get trusted() {
      return current().trusted;
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
