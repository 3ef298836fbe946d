/** The types of a device's vector and tiers: the AR4SI claims in camel case. */
export const trustTypes = `type Vector = {
  instanceIdentity: Long,
  configuration: Long,
  executables: Long,
  fileSystem: Long,
  hardware: Long,
  runtimeOpaque: Long,
  storageOpaque: Long,
  sourcedData: Long,
};

// Each is "none", "affirming", "warning" or "contraindicated".
type Tiers = {
  instanceIdentity: String,
  configuration: String,
  executables: String,
  fileSystem: String,
  hardware: String,
  runtimeOpaque: String,
  storageOpaque: String,
  sourcedData: String,
};`;

/**
 * The Cedar schema of a site: devices with their trust vector, topics, operators, and what they may do.
 */
export const defaultSchema = `entity Site;
entity Group;
entity Role;
entity Operator in [Role];

${trustTypes}

entity Device in [Group] {
  standing: String, // "admitted", "quarantined" or "revoked"
  overdue: Bool,
  vector: Vector,
  tier: Tiers,
  // The tier of sourcedData apart from the device's streams. tier.sourcedData has the worst of both.
  ownSourcedData?: String,
};

entity Topic {
  path: String,
  space: String, // the first level: "d", "c", "$kiten", …
  owner?: Device, // the device named by the second level of d, c and $kiten
};

// What a message is about; the publisher is the device that said what another receives, if a device said it.
type Message = {
  retain: Bool,
  will: Bool,
  publisher?: Device,
  // Of a message that is declared to hold readings: the tier of its stream, "none" if nothing is known of that; of several
  // streams the worst. Not of a filter.
  sourcedData?: String,
  // How the receiver speaks MQTT: "3.1.1" or "5".
  protocol?: String,
};

// What a quarantined device may still do: at the site, or on its own topics below $kiten/ID/.
action connect, attest, update appliesTo {
  principal: Device,
  resource: [Site, Topic],
  context: {
    retain?: Bool,
    will?: Bool,
    publisher?: Device,
  },
};

// The resource of subscribe is the literal prefix of the filter. What may be received is marked with the tier of its stream
// where annotate is permitted.
action publish, subscribe, receive, annotate appliesTo {
  principal: Device,
  resource: Topic,
  context: Message,
};

action enrol, renew appliesTo {
  principal: Device,
  resource: Site,
  context: {},
};

action view, operate, administer appliesTo {
  principal: Operator,
  resource: [Site, Device],
  context: {},
};
`;
