import { certifiedKeys } from '../../store/certificates.ts';
import type { SiteOptions, SiteState } from '../state.ts';
import { attestedTier } from './attested-tier.ts';
import type { DeclarationChange } from './declaring.ts';
import { Learner } from './learner.ts';
import { ProfileFiles } from './profile-files.ts';
import { StreamDesk } from './stream-desk.ts';

/** @param declared other messages are readings than before */
export function openStreams(
  { database, journal, hub, book, layout }: SiteState,
  { logger, clock }: SiteOptions,
  declared: (change: DeclarationChange) => void,
): Promise<StreamDesk> {
  return StreamDesk.open({
    ...{ database, journal, hub, logger, clock, declared },
    profiles: new ProfileFiles(layout.profiles),
    learner: new Learner(),
    keysOf: (device) => certifiedKeys(database, device, clock.now()),
    attested(device) {
      const record = book.find(device);
      return record === undefined ? undefined : attestedTier(record);
    },
  });
}
