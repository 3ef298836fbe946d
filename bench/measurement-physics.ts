// What physics says of attacks on sensors: how many of them are found, how soon, and how often one is called that is none. Recordings come from
// the folder that MEASUREMENT_DATA names, if it does; the rest is simulated, and says so.
//
//   MEASUREMENT_DATA=DIR npm run bench measurement-physics
import { physicsOfFlights } from './physics/flights.ts';
import { physicsOfInertialSensors } from './physics/inertial.ts';
import { physicsOfLidar } from './physics/lidar.ts';
import { physicsOfOthers } from './physics/others.ts';
import { physicsOfReceivers } from './physics/receivers.ts';

const folder = process.env.MEASUREMENT_DATA;
physicsOfFlights(folder);
physicsOfReceivers(folder);
physicsOfInertialSensors(folder);
physicsOfLidar(folder);
physicsOfOthers();
