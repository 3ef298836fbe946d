import type { words } from './words.ts';

export const kinds = ['linux', 'small', 'mosquitto'] as const;
export type Kind = (typeof kinds)[number];

/** What the commands of a guide are filled with. */
export interface Particulars {
  readonly id: string;
  readonly token: string;
  /** As the device reaches the site. */
  readonly host: string;
  readonly estPort: string;
  readonly mqttPort: string;
  /** Of the site's CA certificate: SHA-256, in pairs of digits. */
  readonly fingerprint: string;
}

export interface Step {
  readonly words: Extract<keyof (typeof words.dictionaries)['en'], `step-${string}`>;
  /** Lines for a shell. */
  readonly commands: string;
}

/** How a device of this kind comes in, step by step: with openssl, curl and mosquitto, or with the example in C. */
export function stepsOf(kind: Exclude<Kind, 'mosquitto'>, particulars: Particulars): readonly Step[] {
  const ca = { words: 'step-ca', commands: fetchCa(particulars) } as const;
  return kind === 'linux' ? [ca, ...linux(particulars)] : [ca, ...small(particulars)];
}

/** The CA's certificate comes over a connection that nothing vouches for yet; its fingerprint does. */
function fetchCa({ host, estPort, fingerprint }: Particulars): string {
  return [
    `curl -sSk https://${host}:${estPort}/.well-known/est/cacerts | openssl base64 -d |`,
    '  openssl pkcs7 -inform DER -print_certs | openssl x509 -out ca.pem',
    `[ "$(openssl x509 -in ca.pem -noout -fingerprint -sha256 | cut -d= -f2)" = '${fingerprint}' ] ||`,
    "  { echo 'Not this site!'; rm ca.pem; }",
  ].join('\n');
}

function linux({ id, token, host, estPort, mqttPort }: Particulars): readonly Step[] {
  const key = [
    `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${id} \\`,
    '  -keyout key.pem -outform DER -out request.der',
  ];
  const enrol = [
    'openssl base64 -in request.der |',
    `  curl -sS --fail-with-body --cacert ca.pem -u '${id}:${token}' \\`,
    "    -H 'Content-Type: application/pkcs10' --data-binary @- \\",
    `    https://${host}:${estPort}/.well-known/est/simpleenroll |`,
    '  openssl base64 -d | openssl pkcs7 -inform DER -print_certs -out cert.pem',
  ];
  const publish = [
    `mosquitto_pub -h ${host} -p ${mqttPort} --cafile ca.pem --cert cert.pem --key key.pem \\`,
    `  -i ${id} -q 1 -t d/${id}/hello -m 'first reading'`,
  ];
  return [
    { words: 'step-key', commands: key.join('\n') },
    { words: 'step-enrol', commands: enrol.join('\n') },
    { words: 'step-publish', commands: publish.join('\n') },
  ];
}

function small({ id, token, host, estPort, mqttPort }: Particulars): readonly Step[] {
  return [
    {
      words: 'step-build',
      commands: 'gcc -o device examples/mbedtls/device.c -lmbedtls -lmbedx509 -lmbedcrypto',
    },
    {
      words: 'step-run',
      commands: `mkdir -p ${id} && ./device ${host} ${estPort} ${mqttPort} ca.pem ${id} ${id} '${token}'`,
    },
  ];
}
