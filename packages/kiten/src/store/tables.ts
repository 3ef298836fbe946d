import type { AccessTables } from './tables/access.ts';
import type { AttestationTables } from './tables/attestation.ts';
import type { DeviceTables } from './tables/devices.ts';
import type { EnforcementTables } from './tables/enforcement.ts';
import type { LogTables } from './tables/log.ts';
import type { ReadingTables } from './tables/readings.ts';
import type { TrafficTables } from './tables/traffic.ts';
import type { UpdateTables } from './tables/update.ts';

/** Times are milliseconds since the Unix epoch; lists and records are JSON texts; flags are 0 or 1. */
export interface Tables
  extends AccessTables,
    AttestationTables,
    DeviceTables,
    EnforcementTables,
    LogTables,
    ReadingTables,
    TrafficTables,
    UpdateTables {
  facts: { name: string; value: string };
}
