import { formatIpAddress, isInRange, parseIpAddress } from '../../extensions/ip-address.ts';
import type { Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import type { Universe } from './universe.ts';

/** The address is in the range, given by its text. */
export function inRange({ atoms }: Universe, address: Term, range: string): Literal {
  const parsed = parseIpAddress(range)!;
  if (address.form === 'ip') return isInRange(parseIpAddress(address.text)!, parsed) ? TRUE : FALSE;
  // What is beyond the prefix doesn't count: one range, one atom.
  const rest = BigInt(parsed.bits - parsed.prefix);
  const network = formatIpAddress({ ...parsed, address: (parsed.address >> rest) << rest });
  return atoms.get('inRange', [address], { text: network });
}
