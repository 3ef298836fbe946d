/** An algorithm for payloads: RFC 9053 §4.1 (AES-GCM), RFC 9459 §4 and §5 (AES-CTR, AES-CBC). */
export interface ContentAlgorithm {
  readonly name: string;
  /** IANA "COSE Algorithms". */
  readonly label: number;
  readonly mode: 'gcm' | 'ctr' | 'cbc';
  readonly keyBytes: 16 | 24 | 32;
}

export const contentAlgorithms: readonly ContentAlgorithm[] = [
  { name: 'A128GCM', label: 1, mode: 'gcm', keyBytes: 16 },
  { name: 'A192GCM', label: 2, mode: 'gcm', keyBytes: 24 },
  { name: 'A256GCM', label: 3, mode: 'gcm', keyBytes: 32 },
  { name: 'A128CTR', label: -65534, mode: 'ctr', keyBytes: 16 },
  { name: 'A192CTR', label: -65533, mode: 'ctr', keyBytes: 24 },
  { name: 'A256CTR', label: -65532, mode: 'ctr', keyBytes: 32 },
  { name: 'A128CBC', label: -65531, mode: 'cbc', keyBytes: 16 },
  { name: 'A192CBC', label: -65530, mode: 'cbc', keyBytes: 24 },
  { name: 'A256CBC', label: -65529, mode: 'cbc', keyBytes: 32 },
];

/** As OpenSSL calls it. */
export const cipherName = ({ keyBytes, mode }: ContentAlgorithm): string => `aes-${keyBytes * 8}-${mode}`;
