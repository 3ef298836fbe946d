import { ViewHeading } from '../../components/heading.tsx';
import { Approvals } from './approvals.tsx';
import { Brakes } from './brakes.tsx';
import { Exceptions } from './exceptions.tsx';
import { words } from './words.ts';

/** What the site does not decide by itself: brakes, requests that take two people, broken glass. */
export function DecisionsView() {
  return (
    <div class="settings">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
      </div>
      <Brakes />
      <Approvals />
      <Exceptions />
    </div>
  );
}
