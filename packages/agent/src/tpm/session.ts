import { TpmWriter, tpmAlgorithm } from '@kiten/wire';
import { flushContext, skipTicket } from './object.ts';
import { emptyPassword, type Tpm, tpmHierarchy } from './tpm.ts';

/** A source of unpredictable octets, handed in. */
export type Random = (length: number) => Uint8Array;

/** TPM_SE_POLICY (TPM 2.0 Library, Part 2, 6.11). */
const policySession = 1;
const nonceBytes = 16;
const maximumNonce = 64;

/**
 * Uses a session in which the endorsement hierarchy's owner has agreed (PolicySecret): what the endorsement keys of the
 * TCG's templates ask for.
 */
export async function withEndorsementPolicy<Value>(
  tpm: Tpm,
  random: Random,
  use: (session: number) => Promise<Value>,
): Promise<Value> {
  const session = await startPolicySession(tpm, random);
  let value: Value;
  try {
    await policySecret(tpm, session);
    value = await use(session);
  } catch (error) {
    // A command that succeeds ends the session, one that fails does not.
    await flushContext(tpm, session);
    throw error;
  }
  return value;
}

async function startPolicySession(tpm: Tpm, random: Random): Promise<number> {
  const parameters = new TpmWriter()
    .sized(random(nonceBytes), maximumNonce)
    .uint16(0)
    .uint8(policySession)
    .uint16(tpmAlgorithm.null)
    .uint16(tpmAlgorithm.sha256)
    .result();
  const handles = [tpmHierarchy.null, tpmHierarchy.null];
  const outcome = await tpm.command(
    'startAuthSession',
    { handles, parameters },
    (reader) => reader.sized(maximumNonce),
    1,
  );
  return outcome.handles[0]!;
}

/** No nonce, no parameters bound, no reference, no end. */
async function policySecret(tpm: Tpm, session: number): Promise<void> {
  const parameters = new TpmWriter().uint16(0).uint16(0).uint16(0).uint32(0).result();
  const request = {
    handles: [tpmHierarchy.endorsement, session],
    authorizations: [emptyPassword],
    parameters,
  };
  await tpm.command('policySecret', request, (reader) => {
    reader.sized(maximumNonce);
    skipTicket(reader);
  });
}
