import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximumProxyHeader, readProxyHeader } from '../src/index.ts';
import { crc32c } from '../src/proxy/crc32c.ts';

const text = (line: string) => Buffer.from(line, 'latin1');
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const signature = hex('0d0a0d0a000d0a515549540a');

function version2(command: number, family: number, body: Uint8Array): Buffer {
  const head = Buffer.from([command, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([signature, head, body]);
}

function tlv(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
}

/** 192.168.0.1:56324 to 192.168.0.11:443, the connection of section 2.1. */
const ipv4 = hex('c0a80001 c0a8000b dc04 01bb');
const source = { address: '192.168.0.1', port: 56324 };
const destination = { address: '192.168.0.11', port: 443 };

const refused = (code: string) => expect.objectContaining({ code: `wire/proxy-${code}` });
const read = (bytes: Uint8Array) => () => readProxyHeader(bytes);

describe('a PROXY header of version 1', () => {
  it('is read as section 2.1 shows it, and no octet of what follows', () => {
    const line = 'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n';
    expect(readProxyHeader(text(`${line}GET / HTTP/1.1\r\n`))).toEqual({
      ...{ version: 1, length: line.length, source, destination },
    });
  });

  it.each([
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n', 56],
    [`PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`, 104],
    ['PROXY UNKNOWN\r\n', 15],
    [`PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`, 107],
  ])('has at most the lengths that section 2.1 counts: %j', (line, length) => {
    expect(line).toHaveLength(length);
    expect(readProxyHeader(text(line))).toMatchObject({ version: 1, length });
    for (let cut = 0; cut < length; cut++) expect(readProxyHeader(text(line.slice(0, cut)))).toBeUndefined();
  });

  it('tells nobody’s address if that is unknown, whatever else it says', () => {
    for (const rest of ['', ' ', ' TCP4 1.2.3.4', ' \xff\x00'])
      expect(readProxyHeader(text(`PROXY UNKNOWN${rest}\r\n`))).toEqual({
        version: 1,
        length: 15 + rest.length,
      });
  });

  it.each([
    ['2001:DB8::1', '2001:db8::1'],
    ['::', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0001:0002:0003:0004:0005:0006:0007:0008', '1:2:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['1::', '1::'],
  ])('writes %s as %s', (given, shown) => {
    expect(readProxyHeader(text(`PROXY TCP6 ${given} ::1 1 2\r\n`))?.source?.address).toBe(shown);
  });

  it.each([
    'PROXY  TCP4 1.2.3.4 1.2.3.4 1 2',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 2 ',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1',
    'PROXY TCP4 01.2.3.4 1.2.3.4 1 2',
    'PROXY TCP4 256.2.3.4 1.2.3.4 1 2',
    'PROXY TCP4 1.2.3 1.2.3.4 1 2',
    'PROXY TCP4 1.2.3.4.5 1.2.3.4 1 2',
    'PROXY TCP4 ::1 ::1 1 2',
    'PROXY TCP4 1.2.3.4 1.2.3.4 65536 2',
    'PROXY TCP4 1.2.3.4 1.2.3.4 01 2',
    'PROXY TCP4 1.2.3.4 1.2.3.4 +1 2',
    'PROXY TCP6 1.2.3.4 1.2.3.4 1 2',
    'PROXY TCP6 1::2::3 ::1 1 2',
    'PROXY TCP6 :1 ::1 1 2',
    'PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2',
    'PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2',
    'PROXY TCP6 1:2:3:4:5:6:7:8:: ::1 1 2',
    'PROXY TCP6 12345:: ::1 1 2',
    'PROXY TCP6 1.2.3.4::1 ::1 1 2',
    'PROXY UDP4 1.2.3.4 1.2.3.4 1 2',
    'PROXY UNKNOWNS',
    'PROXY ',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\nx',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rx',
  ])('is refused as %j', (line) => {
    expect(read(text(`${line}\r\n`))).toThrow(refused('malformed'));
  });

  it('is too long after 107 octets without their end', () => {
    const line = `PROXY UNKNOWN ${'x'.repeat(91)}`;
    expect(readProxyHeader(text(`${line}\r\n`))).toMatchObject({ length: 107 });
    expect(readProxyHeader(text(`${line}x`))).toBeUndefined();
    expect(read(text(`${line}x\r\n`))).toThrow(refused('too-long'));
    expect(read(text(`${line}xx\r`))).toThrow(refused('too-long'));
  });
});

describe('a PROXY header of version 2', () => {
  it('is read, for IPv4 and IPv6, and no octet of what follows', () => {
    const header = version2(0x21, 0x11, ipv4);
    expect(readProxyHeader(Buffer.concat([header, Buffer.from([0x16, 3, 1])]))).toEqual({
      ...{ version: 2, length: 28, source, destination },
    });
    const ipv6 = hex('20010db8000000000000000000000001 00000000000000000000000000000001 dc04 22b3');
    expect(readProxyHeader(version2(0x21, 0x21, ipv6))).toEqual({
      version: 2,
      length: 52,
      source: { address: '2001:db8::1', port: 56324 },
      destination: { address: '::1', port: 8883 },
    });
    for (let cut = 0; cut < header.length; cut++)
      expect(readProxyHeader(header.subarray(0, cut))).toBeUndefined();
  });

  it.each([
    ['LOCAL', 0x20, 0x00, ''],
    ['LOCAL with a family that there is not', 0x20, 0xff, 'c0a80001'],
    ['an unspecified family', 0x21, 0x00, '0102030405'],
    ['an unspecified transport', 0x21, 0x10, 'c0a80001 c0a8000b dc04 01bb'],
    ['UDP over IPv4', 0x21, 0x12, 'c0a80001 c0a8000b dc04 01bb'],
    ['a UNIX socket', 0x21, 0x31, '00'.repeat(216)],
  ])('tells nobody’s address for %s', (_what, command, family, body) => {
    const octets = hex(body);
    const length = 16 + octets.length;
    expect(readProxyHeader(version2(command, family, octets))).toEqual({ version: 2, length });
  });

  it.each([
    ['version 1 in it', 0x11, 0x11, ipv4],
    ['a command that there is not', 0x22, 0x11, ipv4],
    ['a family that there is not', 0x21, 0x41, ipv4],
    ['a transport that there is not', 0x21, 0x13, ipv4],
    ['too few addresses', 0x21, 0x21, ipv4],
    ['a value that is cut', 0x21, 0x11, Buffer.concat([ipv4, hex('04 0001')])],
    ['a value’s head that is cut', 0x21, 0x11, Buffer.concat([ipv4, hex('04')])],
    ['a checksum of three octets', 0x21, 0x11, Buffer.concat([ipv4, tlv(3, Buffer.alloc(3))])],
    ['two checksums', 0x21, 0x11, Buffer.concat([ipv4, tlv(3, Buffer.alloc(4)), tlv(3, Buffer.alloc(4))])],
  ])('is refused with %s', (_what, command, family, body) => {
    expect(read(version2(command, family, body))).toThrow(refused('malformed'));
  });

  it('is skipped over with what else it says, up to a bound', () => {
    const room = maximumProxyHeader - 16 - ipv4.length - 3;
    const full = Buffer.concat([ipv4, tlv(0xe0, Buffer.alloc(room))]);
    expect(readProxyHeader(version2(0x21, 0x11, full))).toMatchObject({ length: maximumProxyHeader, source });
    const more = Buffer.concat([ipv4, tlv(0xe0, Buffer.alloc(room + 1))]);
    expect(read(version2(0x21, 0x11, more).subarray(0, 16))).toThrow(refused('too-long'));
  });

  it('is held to its checksum, if it has one', () => {
    const header = version2(0x21, 0x11, Buffer.concat([ipv4, tlv(4, hex('0102')), tlv(3, Buffer.alloc(4))]));
    header.writeUInt32BE(crc32c(header), header.length - 4);
    expect(readProxyHeader(header)).toMatchObject({ source });
    for (let at = 16; at < 28; at++) {
      const changed = Buffer.from(header);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(read(changed)).toThrow(refused('checksum'));
    }
  });
});

it('CRC32c is that of RFC 3720, appendix B.4', () => {
  const counting = Uint8Array.from({ length: 32 }, (_, octet) => octet);
  // The appendix shows the octets in the order of the wire, the least significant first.
  const wire = (bytes: Uint8Array) => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32LE(crc32c(bytes));
    return octets.toString('hex');
  };
  expect(wire(new Uint8Array(32))).toBe('aa36918a');
  expect(wire(new Uint8Array(32).fill(0xff))).toBe('43aba862');
  expect(wire(counting)).toBe('4e79dd46');
  expect(wire(counting.toReversed())).toBe('5cdb3f11');
});

describe('whatever arrives', () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(
        text('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'),
        text('PROXY TCP6 2001:db8::1 ::1 56324 443\r\n'),
        version2(0x21, 0x11, Buffer.concat([ipv4, tlv(3, Buffer.alloc(4)), tlv(4, Buffer.alloc(9))])),
        version2(0x20, 0, Buffer.alloc(0)),
      ),
      fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 4 }),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([header, changes, rest]) => {
      const bytes = Buffer.concat([header, rest]);
      for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
      return new Uint8Array(bytes);
    });
  const anything = fc.oneof(fc.uint8Array({ maxLength: 3000 }), mutated);

  it('is read, waited for or refused with a code, and is the same in pieces', () => {
    const outcome = (bytes: Uint8Array): unknown => {
      try {
        return readProxyHeader(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^wire\/proxy-/) });
        return error;
      }
    };
    fc.assert(
      fc.property(anything, (bytes) => {
        const whole = outcome(bytes);
        let piecewise: unknown;
        for (let length = 0; length <= bytes.length && piecewise === undefined; length++)
          piecewise = outcome(bytes.subarray(0, length));
        expect(piecewise).toEqual(whole);
        if (whole === undefined) expect(bytes.length).toBeLessThan(maximumProxyHeader);
      }),
      { numRuns: 2000 },
    );
  });

  it('of any addresses and ports comes out as Node writes them', () => {
    const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(fc.constantFrom(4, 16), octets(36), (size, bytes) => {
        const body = bytes.subarray(0, 2 * size + 4);
        const header = readProxyHeader(version2(0x21, size === 4 ? 0x11 : 0x21, body));
        const address = header?.source?.address ?? '';
        const line = `PROXY ${size === 4 ? 'TCP4' : 'TCP6'} ${address} ${header?.destination?.address} 7 9\r\n`;
        expect(readProxyHeader(text(line))?.source?.address).toBe(address);
        expect(new SocketAddress({ address, family: size === 4 ? 'ipv4' : 'ipv6' }).address).toBe(address);
      }),
    );
  });
});
