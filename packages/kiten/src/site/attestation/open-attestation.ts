import { appraiserName, attestationFindings, encodeKeyRequest, type KeyRequest } from '@kiten/attestation';
import type { Clock } from '@kiten/codec';
import {
  composeVerdict,
  deviceSubject,
  type EarClaims,
  type Evidence,
  type FindingRegistry,
  isDeviceId,
  type Verdict,
} from '@kiten/trust';
import type { Brake } from '../brake.ts';
import type { DeviceRecord } from '../device-book.ts';
import type { EvidenceDesk } from '../evidence-desk.ts';
import type { Random } from '../secrets.ts';
import type { SiteState } from '../state.ts';
import type { TrustDesk } from '../trust-desk.ts';
import { Appraisals } from './appraisals.ts';
import { AttestationDesk } from './attestation-desk.ts';
import { AttestationSchedule, type Occasion } from './attestation-schedule.ts';
import { AttesterBook } from './attester-book.ts';
import { EndorsementDesk } from './endorsement-desk.ts';
import { KeyDesk } from './key-desk.ts';
import { KeyJudge } from './key-judge.ts';
import { MakeBook } from './make-book.ts';
import { NonceBook } from './nonce-book.ts';
import { Reappraisal } from './reappraisal.ts';
import { ReferenceDesk } from './reference-desk.ts';
import { ResultWriter } from './result-writer.ts';
import { SecretDesk } from './secret-desk.ts';

export interface AttestationParts
  extends Pick<SiteState, 'database' | 'book' | 'journal' | 'keys' | 'appraisalPool'> {
  readonly trust: TrustDesk;
  readonly evidence: EvidenceDesk;
  readonly brake: Brake;
  readonly earOf: (verdict: Verdict, nonce?: string) => EarClaims;
  readonly registry: FindingRegistry;
  /** A device's session was cut for want of an answer. */
  readonly unanswered: (device: string, occasion: Occasion) => void;
  readonly clock: Clock;
  readonly random: Random;
}

/** All that attestation by TPM takes. */
export interface Attestation {
  readonly makes: MakeBook;
  readonly attesters: AttesterBook;
  readonly endorsements: EndorsementDesk;
  readonly references: ReferenceDesk;
  readonly attestationKeys: KeyDesk;
  readonly attestation: AttestationDesk;
  /** When devices have to attest unasked. */
  readonly schedule: AttestationSchedule;
  readonly keyJudge: KeyJudge;
  readonly results: ResultWriter;
}

const keyRequestMediaType = 'application/vnd.kiten.attestation-key-request+json';
const anotherTpm = 'attestation/another-tpm';
const tpmOfAnother = 'attestation/tpm-of-another-device';

/** Opens what the site remembers of attesters, and the desks over it. */
export async function openAttestation(parts: AttestationParts): Promise<Attestation> {
  const { database, book, journal, trust, evidence, brake, clock, random } = parts;
  const seal = (received: Evidence) => evidence.seal(received);
  const makes = await MakeBook.load(database);
  const attesters = await AttesterBook.load(database);
  const endorsements = await EndorsementDesk.open({ database, journal, clock, book, makes, attesters });
  const attestationKeys = new KeyDesk({
    ...{ attesters, endorsements, journal, clock, random },
    anotherTpm: (device, endorsementKey, request) => speaks(device, request, anotherTpm, { endorsementKey }),
    tpmInUse: (device, owner, request) => speaks(device, request, tpmOfAnother, { owner }),
    async forgiven(device, operator, reason) {
      const counts = book.find(device)?.verdict.findings.some(({ code }) => code === anotherTpm);
      if (counts !== true) return;
      const clearance = { operator: `operator:${operator.name}`, reason, at: clock.now() };
      await trust.clear(device, anotherTpm, clearance);
    },
  });
  /** What a device asked for speaks against it. Whoever has not enrolled yet has nothing that could be taken. */
  async function speaks(
    device: string,
    request: KeyRequest,
    code: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (book.find(device) === undefined) return;
    const subject = deviceSubject(device);
    const at = clock.now();
    const body = encodeKeyRequest(request);
    const sealed = seal({ mediaType: keyRequestMediaType, subject, receivedAt: at, via: ['https'], body });
    const about = { subject, at, appraiser: appraiserName, aspect: 'tpm', premises: [sealed.digest] };
    await trust.find(device, sealed, [attestationFindings.finding(code, { ...about, parameters })]);
  }

  const schedule = new AttestationSchedule({
    ...{ book, attesters, trust, seal, clock },
    unanswered: parts.unanswered,
  });
  const appraisals = new Appraisals({ pool: parts.appraisalPool, endorsements });
  const reappraisal = new Reappraisal({ book, attesters, appraisals, trust, evidence, brake });
  const references: ReferenceDesk = await ReferenceDesk.open({
    ...{ database, book, makes, attesters, reappraisal, journal, clock },
    readdressed: () => endorsements.reconsider(),
    changed: (devices) => {
      for (const device of devices) if (isDeviceId(device)) schedule.want(device, 'reference-change');
    },
  });
  const images = (device: string) => references.imagesFor(device);
  const attestation = new AttestationDesk({
    ...{ book, attesters, appraisals, images, trust, journal, clock, random },
    nonces: await NonceBook.load(database, { key: parts.keys.nonces, clock, random }),
    secrets: await SecretDesk.open({ database, book, trust }, random),
    schedule,
    resultOf: (device, nonce) => resultOf(device, nonce, parts.earOf),
  });
  const keyJudge = new KeyJudge({ book, attesters, appraisals, nonces: attestation, images, clock });
  const results = new ResultWriter(parts.keys.verifier, parts.registry);
  return {
    makes,
    attesters,
    endorsements,
    references,
    attestationKeys,
    attestation,
    keyJudge,
    schedule,
    results,
  };
}

/** The device's result, and beside it that of its TPM alone: what the device is and runs, without how it behaves. */
function resultOf(
  { verdict, findings }: DeviceRecord,
  nonce: string | undefined,
  earOf: AttestationParts['earOf'],
): EarClaims {
  const whole = earOf(verdict, nonce);
  const tpm = composeVerdict({
    subject: verdict.subject,
    findings: findings.filter((finding) => finding.appraiser === appraiserName),
    edges: [],
    profile: { name: 'tpm', required: [] },
    now: verdict.at,
  });
  const labelled = Object.entries(earOf(tpm).submods).map(([label, one]) => [`${label}/tpm`, one]);
  return { ...whole, submods: { ...whole.submods, ...Object.fromEntries(labelled) } };
}
