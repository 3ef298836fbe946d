/** Where a device attests at the devices' HTTPS port. */
export const attestationPaths = {
  key: '/attest/key',
  confirm: '/attest/key/confirm',
  challenge: '/attest/challenge',
  evidence: '/attest',
} as const;

/** The authentication method of MQTT 5 (4.12) in which a device attests when it connects or authenticates again. */
export const attestationMethod = 'kiten-attestation';

/** What is spoken of at each of a device's own topics. The device publishes the first two and receives the others. */
export const attestationSubjects = ['request', 'evidence', 'challenge', 'result'] as const;
export type AttestationSubject = (typeof attestationSubjects)[number];

/** `$kiten/pump-1/attest/challenge` */
export const attestationTopic = (device: string, subject: AttestationSubject): string =>
  `$kiten/${device}/attest/${subject}`;

/** Octets of evidence that are received by HTTP. */
export const maximumEvidenceBytes = 8 << 20;
