import type { ExtensionValue } from '../values/extension-value.ts';
import { formatDecimal } from './decimal.ts';
import { formatIpAddress } from './ip-address.ts';

/** An extension value as the Cedar expression that makes it. */
export function showExtension(value: ExtensionValue): string {
  switch (value.kind) {
    case 'ipaddr':
      return `ip("${formatIpAddress(value)}")`;
    case 'decimal':
      return `decimal("${formatDecimal(value)}")`;
    case 'datetime':
      return `datetime("1970-01-01").offset(duration("${value.milliseconds}ms"))`;
    case 'duration':
      return `duration("${value.milliseconds}ms")`;
  }
}
