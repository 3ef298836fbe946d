import type { Clock } from '@kiten/codec';
import type { Logger } from 'pino';
import type { Attestation } from '../attestation/open-attestation.ts';
import type { Brake } from '../brake.ts';
import type { DeviceRecord } from '../device-book.ts';
import type { Random } from '../secrets.ts';
import type { SiteState } from '../state.ts';
import type { WitnessDesk } from '../witness-desk.ts';
import { CampaignBook } from './campaign-book.ts';
import { CampaignDesk } from './campaign-desk.ts';
import { CampaignGates } from './campaign-gates.ts';
import { DirectorDesk } from './director/director-desk.ts';
import { DirectorFiles } from './director/director-files.ts';
import { DirectorRotation } from './director/director-rotation.ts';
import { ImageDesk } from './image-desk.ts';
import { InclusionDesk } from './inclusion-desk.ts';
import { ReferenceCarrier } from './reference-carrier.ts';
import { ReleaseBook } from './release-book.ts';
import { UpdateDesk } from './update-desk.ts';
import { UpdateNotices } from './update-notices.ts';
import { VehicleBook } from './vehicle-book.ts';

export interface UpdateParts
  extends Pick<SiteState, 'site' | 'database' | 'book' | 'journal' | 'ledger' | 'layout' | 'hub'>,
    Pick<Attestation, 'makes' | 'attesters' | 'references'> {
  readonly brake: Brake;
  readonly witnesses: Pick<WitnessDesk, 'ask' | 'haveCosigned'>;
  /** Whether the site's policies let a device be updated as it stands. */
  readonly isPermitted: (device: DeviceRecord) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** All that updates take. */
export interface Update {
  readonly images: ImageDesk;
  readonly releases: ReleaseBook;
  readonly vehicles: VehicleBook;
  readonly campaigns: CampaignBook;
  readonly campaignDesk: CampaignDesk;
  readonly campaignGates: CampaignGates;
  readonly updates: UpdateDesk;
  readonly director: DirectorDesk;
  /** How the Director’s keys go over to others. */
  readonly directorRotation: DirectorRotation;
  readonly inclusions: InclusionDesk;
  /** Tells devices that are there to look. */
  readonly updateNotices: UpdateNotices;
}

/** Opens what the site remembers of releases, vehicles and campaigns, and the desks over it. */
export async function openUpdate(parts: UpdateParts): Promise<Update> {
  const { site, database, journal, ledger, layout, makes, clock, logger } = parts;
  const releases = await ReleaseBook.load(database);
  const vehicles = await VehicleBook.load(database);
  const campaigns = await CampaignBook.load(database, site, releases, clock.now());
  const files = new DirectorFiles(layout, clock);
  const directorRotation = await DirectorRotation.open({ files, database, journal, clock });
  const { root, signer } = directorRotation.identity;
  const director = new DirectorDesk({ files, makes, releases, clock }, root, signer);
  const updateNotices = new UpdateNotices({ database, campaigns, clock });
  directorRotation.connect(async (identity) => {
    director.goOver(identity.root, identity.signer);
    updateNotices.want(vehicles.all());
  });
  // They look by themselves, later.
  const untold = (error: unknown) => logger.error({ err: error }, 'devices could not be told to look');
  const updates = new UpdateDesk({
    ...{ ...parts, vehicles, campaigns, directing: director },
    references: new ReferenceCarrier(parts),
    logSize: () => ledger.size,
  });
  const campaignDesk = new CampaignDesk({
    ...{ ...parts, vehicles, releases, campaigns },
    opened: (campaign) => void updateNotices.tell(campaign).catch(untold),
    takenBack: (campaign) => void updateNotices.takeBack(campaign).catch(untold),
  });
  const campaignGates = new CampaignGates({
    database,
    campaigns,
    desk: campaignDesk,
    updates,
    clock,
    logger,
  });
  const images = new ImageDesk({
    ...{ layout, database, journal, ledger, releases, clock },
    withdrawn: (targets) => void updateNotices.withdraw(targets).catch(untold),
  });
  const inclusions = new InclusionDesk({ ...parts, releases });
  return {
    ...{ images, releases, vehicles, campaigns, campaignDesk, campaignGates, updates, director, inclusions },
    ...{ updateNotices, directorRotation },
  };
}
