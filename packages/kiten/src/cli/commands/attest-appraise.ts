import {
  appraiseEncodedEvidence,
  type CheckedEndorsement,
  checkEndorsement,
  endorsementCertificate,
  findingsOf,
  isValidAt,
  tpmEvidenceMediaType,
  type UnknownFiles,
} from '@kiten/attestation';
import { type Certificate, decodePem, KitenError, parseCertificate, toBase64Url } from '@kiten/codec';
import { loadSigner, nodeVerify, sha256Hex } from '@kiten/identity';
import {
  claimNames,
  composeVerdict,
  defineProfile,
  deviceSubject,
  type EarClaims,
  earClaims,
  earToJson,
  signEar,
  signEarCwt,
  tierOf,
  type Verdict,
} from '@kiten/trust';
import { type Command, Option } from 'commander';
import { findingView } from '../../api/views.ts';
import { findingRegistry } from '../../site/appraisal.ts';
import { version } from '../../version.ts';
import { parseHex, readKeyFile, readReferences } from '../attest-files.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes, writeBytes } from '../files.ts';
import { parseDuration } from '../options.ts';
import { print, printJson } from '../output.ts';
import { systemSources } from '../system.ts';
import { printFindings, tierMark } from './findings.ts';

interface AppraiseOptions {
  readonly type: string;
  readonly evidence: string;
  readonly key: string;
  readonly reference: readonly string[];
  readonly referenceKey?: string;
  readonly nonce: Uint8Array;
  readonly device: string;
  readonly require: readonly string[];
  readonly unknownFiles: UnknownFiles;
  readonly holds: number;
  readonly ek?: string;
  readonly ekCertificate?: string;
  readonly vendorRoot: readonly string[];
  readonly vendorIntermediate: readonly string[];
  readonly issuer: string;
  readonly signKey?: string;
  readonly cwt?: string;
  readonly json?: boolean;
}

/** `kiten attest appraise`: evidence in, findings and an attestation result out. */
export function attestAppraiseCommand(attest: Command, _environment: Environment): void {
  attest
    .command('appraise')
    .description(
      'appraise evidence: findings and an attestation result (EAR); exits with 1 unless it is affirming',
    )
    .requiredOption('--type <media-type>', `what the evidence is: ${tpmEvidenceMediaType}`)
    .requiredOption('--evidence <file>', 'what the device sent')
    .requiredOption('--key <file>', 'the device’s attestation key: TPM2B_PUBLIC, PEM or DER')
    .requiredOption('--reference <file...>', 'reference values: CoRIM')
    .option('--reference-key <file>', 'who has to have signed the reference values that are signed')
    .requiredOption('--nonce <hex>', 'what the device was given to answer', parseHex)
    .option('--device <id>', 'whom the result is about', 'attester')
    .option('--require <claim...>', 'claims that may not stay open', [])
    .addOption(
      new Option('--unknown-files <tier>', 'what a file amounts to that no reference value names')
        .choices(['contraindicated', 'warning'])
        .default('contraindicated'),
    )
    .option('--holds <duration>', 'how long what affirms holds', parseDuration, 3600)
    .option('--ek <file>', 'the endorsement key that the attestation key was activated under, TPM2B_PUBLIC')
    .option('--ek-certificate <file>', 'its certificate, DER or PEM')
    .option('--vendor-root <file...>', 'roots of TPM vendors, PEM', [])
    .option('--vendor-intermediate <file...>', 'certificates between, PEM', [])
    .option('--issuer <name>', 'who issues the result', 'kiten')
    .option('--sign-key <file>', 'sign the result with this private key (PEM, P-256, owner-only)')
    .option('--cwt <file>', 'write the signed result as a CWT there, too')
    .option('--json', 'print JSON')
    .action(async (options: AppraiseOptions) => {
      if (!isTpmEvidence(options.type)) {
        const message = `Evidence of this type is not known: give --type ${tpmEvidenceMediaType}.`;
        throw new KitenError('kiten/attest-type', message);
      }
      const now = systemSources().clock.now();
      const evidence = await readBytes(options.evidence);
      const images = await readReferences(options.reference, options.referenceKey);
      const endorsement = await endorsementOf(options, now);
      const { conclusions } = appraiseEncodedEvidence(evidence, {
        key: await readKeyFile(options.key),
        nonce: options.nonce,
        images: images.filter((image) => isValidAt(image, now)),
        unknownFiles: options.unknownFiles,
        ...(endorsement === undefined ? {} : { endorsement }),
      });
      const subject = deviceSubject(options.device);
      const premises = [`sha256:${sha256Hex(evidence)}`];
      const holdsUntil = now + options.holds * 1000;
      const findings = findingsOf(conclusions, { subject, at: now, holdsUntil, premises });
      const profile = defineProfile({ name: 'given', required: options.require });
      const verdict = composeVerdict({ subject, findings, edges: [], profile, now });
      const claims = resultOf(verdict, options);
      const jwt = await sign(claims, options);
      if (verdict.status !== 'affirming') process.exitCode = exitCodes.refused;
      const views = verdict.findings.map((finding) => findingView(finding, findingRegistry));
      if (options.json) {
        const { status, vector } = verdict;
        return printJson({ status, vector, ear: earToJson(claims), ...(jwt && { jwt }), findings: views });
      }
      printVerdict(verdict);
      printFindings(views);
      if (jwt !== undefined) print(`\n${jwt}`);
    });
}

/** Parameters of a media type don't change what it is. */
const isTpmEvidence = (type: string): boolean =>
  type.split(';', 1)[0]?.trim().toLowerCase() === tpmEvidenceMediaType || type === 'application/cmw+cbor';

function resultOf(verdict: Verdict, { issuer, nonce }: AppraiseOptions): EarClaims {
  const fits = nonce.length >= 8 && nonce.length <= 64;
  const about = { issuer, developer: 'https://kiten.example', build: `kiten ${version}` };
  return earClaims(verdict, { ...about, ...(fits ? { nonce: toBase64Url(nonce) } : {}) });
}

async function sign(claims: EarClaims, { signKey, cwt }: AppraiseOptions): Promise<string | undefined> {
  if (signKey === undefined) return undefined;
  const signer = await loadSigner(signKey);
  if (cwt !== undefined) await writeBytes(cwt, signEarCwt(claims, signer));
  return signEar(claims, signer);
}

async function endorsementOf(options: AppraiseOptions, at: number): Promise<CheckedEndorsement | undefined> {
  const { ek, ekCertificate, vendorRoot, vendorIntermediate } = options;
  if (ek === undefined && ekCertificate === undefined) return undefined;
  if (ek === undefined || ekCertificate === undefined) {
    throw new KitenError(
      'kiten/attest-files',
      'An endorsement is judged by --ek and --ek-certificate together.',
    );
  }
  const roots = (await Promise.all(vendorRoot.map(readCertificates))).flat();
  const intermediates = (await Promise.all(vendorIntermediate.map(readCertificates))).flat();
  const vendors = roots.map((certificate) => ({ name: nameOf(certificate), certificate }));
  const certificate = await readEndorsement(ekCertificate);
  const key = await readKeyFile(ek);
  return checkEndorsement(key, certificate, { vendors, intermediates, verify: nodeVerify, at });
}

const nameOf = ({ subject }: Certificate): string =>
  subject
    .flat()
    .map(({ value }) => value)
    .join(', ')
    .slice(0, 120);

async function readCertificates(file: string): Promise<Certificate[]> {
  const blocks = decodePem((await readBytes(file)).toString('latin1'));
  return blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ der }) => parseCertificate(der));
}

async function readEndorsement(file: string): Promise<Certificate> {
  const bytes = await readBytes(file);
  if (!bytes.toString('latin1').includes('-----BEGIN ')) return endorsementCertificate(bytes);
  const [certificate] = await readCertificates(file);
  if (certificate !== undefined) return certificate;
  throw new KitenError('kiten/attest-files', `${file} has no certificate in it.`);
}

function printVerdict({ subject, status, vector }: Verdict): void {
  print(`${subject.id}: ${status}`);
  for (const claim of claimNames) {
    const value = vector[claim];
    print(`  ${tierMark(value)} ${claim.padEnd(18)} ${String(value).padStart(4)}  ${tierOf(value)}`);
  }
}
