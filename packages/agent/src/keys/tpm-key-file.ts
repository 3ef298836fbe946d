import { contextConstructed, derTag, encodePem, KitenError, readDer, writeDer } from '@kiten/codec';
import { readTpm, TpmWriter } from '@kiten/wire';
import type { WrappedKey } from '../tpm/object.ts';
import { tpmHierarchy } from '../tpm/tpm.ts';

/** How the key of a TPM is labelled, which only that TPM can load. */
export const tpmKeyLabel = 'TSS2 PRIVATE KEY';

/** id-loadablekey (“ASN.1 Specification for TPM 2.0 Key Files”, 3.1). */
const loadableKey = '2.23.133.10.1.3';
const maximum = { file: 8192, public: 1024, private: 2048 } as const;

/**
 * A key that its TPM wrapped, as other programs read it, too (“ASN.1 Specification for TPM 2.0 Key Files”, 3): without a
 * password, below the storage key of the owner.
 *
 * @returns PEM
 */
export function encodeTpmKey(key: WrappedKey): string {
  const sized = (octets: Uint8Array, most: number) => new TpmWriter().sized(octets, most).result();
  const der = writeDer((writer) => {
    const sequence = writer.begin(derTag.sequence);
    writer.objectIdentifier(loadableKey);
    const hasNoPassword = writer.begin(contextConstructed(0));
    writer.boolean(true);
    writer.end(hasNoPassword);
    writer.integer(BigInt(tpmHierarchy.owner));
    writer.octetString(sized(key.publicArea, maximum.public));
    writer.octetString(sized(key.private, maximum.private));
    writer.end(sequence);
  });
  return encodePem(tpmKeyLabel, der);
}

/** Reads what {@link encodeTpmKey} wrote. @throws KitenError `agent/state-malformed` */
export function decodeTpmKey(der: Uint8Array): WrappedKey {
  try {
    return readDer(der, maximum.file, (reader) => {
      const sequence = reader.sequence();
      const type = sequence.objectIdentifier();
      const hasNoPassword = sequence.constructed(contextConstructed(0)).boolean();
      const parent = sequence.smallInteger(tpmHierarchy.owner);
      const [area, wrapped] = [sequence.octetString(), sequence.octetString()];
      sequence.finish();
      if (type !== loadableKey || !hasNoPassword || parent !== tpmHierarchy.owner) throw malformed();
      return {
        publicArea: readTpm(area, (octets) => octets.sized(maximum.public)),
        private: readTpm(wrapped, (octets) => octets.sized(maximum.private)),
      };
    });
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw malformed(cause);
  }
}

const malformed = (cause?: KitenError) =>
  new KitenError(
    'agent/state-malformed',
    'The key of the TPM in the state directory is not what the agent wrote there: enrol anew.',
    cause === undefined ? {} : { cause },
  );
