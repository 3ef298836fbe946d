import { manualClock, parseCertificate } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  createAuthority,
  createIssuingAuthority,
  createRoot,
  createRootSuccession,
  generateSigner,
  parseTrustDomain,
  type RootSuccession,
} from '../../src/index.ts';

const trustDomain = parseTrustDomain('plant-7.example');
const clock = manualClock(Date.parse('2030-01-01T00:00:00Z'));
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const year = 365 * 86_400_000;

function newSuccession(lifetime?: number) {
  const site = { trustDomain, clock, random };
  const [before, after, issuing] = [
    generateSigner('ES256'),
    generateSigner('ES256'),
    generateSigner('ES256'),
  ];
  const certificate = parseCertificate(createRoot({ ...site, signer: before }));
  const previous = { certificate, signer: before };
  clock.advance(year);
  const links = createRootSuccession({
    ...{ ...site, signer: after, previous },
    ...(lifetime === undefined ? {} : { lifetime }),
  });
  const root = { certificate: parseCertificate(links.root), signer: after };
  const issuer = createIssuingAuthority({ ...site, publicKey: issuing.publicKey, root });
  const open = (succession: Partial<RootSuccession>) =>
    createAuthority({
      ...{ ...site, certificate: issuer, signer: issuing, chain: [links.root] },
      succession: { ...links, ...succession },
    });
  return { site, links, previous, root, issuer: parseCertificate(issuer), open };
}

describe('a new root', () => {
  it('bears the name of the one before and outlasts it, so that what leads between them is self-issued', () => {
    const { links } = newSuccession();
    const all = [links.previousRoot, links.root, links.newWithOld, links.oldWithNew].map(parseCertificate);
    for (const { subjectDer, issuerDer, basicConstraints } of all) {
      expect([subjectDer, issuerDer]).toEqual([all[0]?.subjectDer, all[0]?.subjectDer]);
      expect(basicConstraints).toEqual({ ca: true, pathLength: 1 });
    }
    const [before, root, newWithOld, oldWithNew] = all;
    expect(root?.notAfter).toBeGreaterThan(before?.notAfter ?? Number.POSITIVE_INFINITY);
    expect([newWithOld?.notAfter, newWithOld?.notBefore]).toEqual([before?.notAfter, root?.notBefore]);
    expect([oldWithNew?.notBefore, oldWithNew?.notAfter]).toEqual([before?.notBefore, before?.notAfter]);
  });

  it('is presented with what leads to it, and given out with both; the links themselves are trusted for nothing', () => {
    const { links, issuer, open } = newSuccession();
    const { previousRoot, newWithOld, oldWithNew, root } = links;
    const authority = open({});
    expect(authority.certificates).toEqual([root, issuer.der, previousRoot, newWithOld, oldWithNew]);
    expect(authority.trusted).toEqual([root, issuer.der, previousRoot]);
    expect(authority.chainPem(issuer.der).match(/BEGIN/g)).toHaveLength(3);
    expect(authority.rootPem.match(/BEGIN/g)).toHaveLength(1);
  });

  it('is refused if a link does not lead where it says, or if it ends before the one before', () => {
    const { links, open } = newSuccession();
    const other = newSuccession().links;
    const refused = expect.objectContaining({ code: 'identity/authority-chain-broken' });
    for (const wrong of [
      { newWithOld: other.newWithOld },
      { oldWithNew: other.oldWithNew },
      { previousRoot: other.previousRoot },
      { newWithOld: links.oldWithNew, oldWithNew: links.newWithOld },
      { previousRoot: links.root, newWithOld: links.root, oldWithNew: links.root },
    ])
      expect(() => open(wrong)).toThrow(refused);
    expect(() => newSuccession(year).open({})).toThrow(refused);
  });

  it('is made with the key of the one before alone', () => {
    const { site, previous } = newSuccession();
    const stranger = { ...previous, signer: generateSigner('ES256') };
    expect(() =>
      createRootSuccession({ ...site, signer: generateSigner('ES256'), previous: stranger }),
    ).toThrow(expect.objectContaining({ code: 'identity/authority-key-mismatch' }));
  });
});
