import { KitenError } from '@kiten/codec';
import { isClaimName } from './claims.ts';
import { type EarFinding, type EarVerdict, maximumEarFindings } from './ear-claims.ts';
import { asCount, asObject, asText, member } from './json-shape.ts';
import { isClaimValue } from './tiers.ts';
import { isFindingCode } from './validate-finding.ts';

const sentence = 'What Kiten adds to an EAR is an epoch, whether it is overdue, a profile and findings.';

/** Reads our extension of an EAR appraisal. @throws KitenError `trust/ear-verdict` */
export function parseEarVerdict(value: unknown): EarVerdict {
  const verdict = asObject(value, 'trust/ear-verdict', sentence);
  const overdue = member(verdict, 'overdue');
  const findings = member(verdict, 'findings');
  if (typeof overdue !== 'boolean' || !Array.isArray(findings) || findings.length > maximumEarFindings) {
    throw new KitenError('trust/ear-verdict', sentence);
  }
  return {
    epoch: asCount(member(verdict, 'epoch'), 'trust/ear-verdict', sentence),
    overdue,
    profile: asText(member(verdict, 'profile'), 128, 'trust/ear-verdict', sentence),
    findings: findings.map(parseEarFinding),
    omitted: asCount(member(verdict, 'omitted'), 'trust/ear-verdict', sentence),
  };
}

function parseEarFinding(value: unknown): EarFinding {
  const finding = asObject(value, 'trust/ear-verdict', sentence);
  const code = member(finding, 'code');
  const claim = member(finding, 'claim');
  const number = member(finding, 'value');
  if (!isFindingCode(code) || typeof claim !== 'string' || !isClaimName(claim) || !isClaimValue(number)) {
    throw new KitenError('trust/ear-verdict', sentence);
  }
  return {
    code,
    claim,
    value: number,
    subject: asText(member(finding, 'subject'), 256, 'trust/ear-verdict', sentence),
  };
}
