/** What the fleet is told when it begins: where the site is, and a token for each device. */
export interface FleetOrders {
  readonly est: string;
  readonly mqtts: string;
  readonly ca: string;
  readonly tokens: Readonly<Record<string, string>>;
  /** Where each device's key and certificate are put, so that its part can be played by hand. */
  readonly files: string;
}

/** What it may be told later. */
export type FleetOrder =
  /** Somebody uses a copy of the device's key from another address. */
  | { readonly do: 'use-elsewhere'; readonly device: string }
  /** Something on the device commands others, on so many topics. */
  | { readonly do: 'probe'; readonly device: string; readonly topics: number }
  /** The device begins to publish where no policy permits it. */
  | { readonly do: 'publish-elsewhere'; readonly device: string }
  /** The device makes a new key and enrols with it. */
  | { readonly do: 'enrol-anew'; readonly device: string; readonly token: string }
  | { readonly do: 'stop' };
