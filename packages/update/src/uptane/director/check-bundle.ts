import { KitenError } from '@kiten/codec';
import { orderOfBundle, type PlannedImage } from '../bundle.ts';
import type { Vehicle } from '../ecu.ts';
import { hashesAgree } from '../hashes-match.ts';
import type { ImageRules } from '../image-rules.ts';
import type { VerifiedManifest } from '../manifest/verify-manifest.ts';
import type { Assignment } from './assignment.ts';

const noRules: ImageRules = { hardwareIds: [], dependencies: [], conflicts: [] };

/**
 * Holds what is assigned against what the ECUs report and what the Image repository says: no older release, and all that
 * the vehicle will run fits together.
 *
 * @throws KitenError `update/uptane-release-rollback`, or what {@link orderOfBundle} refuses.
 */
export function checkBundle(
  { ecus }: Vehicle,
  { reports }: VerifiedManifest,
  assignments: readonly Assignment[],
  rulesOf: (path: string) => ImageRules | undefined,
): void {
  const byEcu = new Map(assignments.map((assignment) => [assignment.ecu, assignment]));
  const planned: PlannedImage[] = [];
  for (const ecu of ecus.keys()) {
    const assignment = byEcu.get(ecu);
    const installed = reports.get(ecu)?.installed;
    const path = assignment?.target ?? installed?.path;
    if (path === undefined) continue;
    const known = rulesOf(path) ?? noRules;
    const installedCounter = installed && rulesOf(installed.path)?.releaseCounter;
    const counter = assignment?.releaseCounter ?? known.releaseCounter;
    if (counter !== undefined && installedCounter !== undefined && counter < installedCounter) {
      throw new KitenError(
        'update/uptane-release-rollback',
        `The ECU ${ecu} runs release ${installedCounter} and is to run release ${counter}.`,
        { detail: { ecu, installed: installedCounter, assigned: counter } },
      );
    }
    const isNew =
      assignment !== undefined &&
      !(
        installed?.path === path &&
        installed.length === assignment.length &&
        hashesAgree(installed.hashes, new Map(Object.entries(assignment.hashes)))
      );
    planned.push({ ...known, ecu, path, isNew, ...(counter !== undefined && { releaseCounter: counter }) });
  }
  orderOfBundle(planned);
}
