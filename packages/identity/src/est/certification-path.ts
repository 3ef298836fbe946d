import { type Certificate, certificationRoot, type Verify } from '@kiten/codec';

const mostIntermediates = 8;
const anyPurpose = '2.5.29.37.0';
const clientAuthentication = '1.3.6.1.5.5.7.3.2';

/**
 * The trust anchor that a client certificate leads to at a time, or undefined if there is no path
 * (RFC 5280 §6.1, without policies, name constraints and revocation).
 *
 * @param at milliseconds since the Unix epoch
 */
export function trustAnchorOf<Anchor extends { readonly certificate: Certificate }>(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly Anchor[],
  conditions: { at: number; verify: Verify },
): Anchor | undefined {
  if (!isClientCertificate(leaf)) return undefined;
  const roots = anchors.map(({ certificate }) => certificate);
  const root = certificationRoot(leaf, intermediates.slice(0, mostIntermediates), roots, conditions);
  return root === undefined ? undefined : anchors.find(({ certificate }) => certificate === root);
}

function isClientCertificate({ basicConstraints, keyUsage, extendedKeyUsage }: Certificate): boolean {
  if (basicConstraints?.ca === true) return false;
  if (keyUsage !== undefined && !keyUsage.includes('digitalSignature')) return false;
  return (
    extendedKeyUsage === undefined ||
    extendedKeyUsage.some((purpose) => purpose === clientAuthentication || purpose === anyPurpose)
  );
}
