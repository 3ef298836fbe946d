// The part of the Reflect Metadata proposal that @peculiar/x509 needs to be loaded: metadata on classes, by key.
const metadata = new WeakMap<object, Map<unknown, unknown>>();

function own(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

function inherited(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    if (metadata.get(at)?.has(key)) return own(key, at);
  }
  return undefined;
}

function define(key: unknown, value: unknown, target: object): void {
  const values = metadata.get(target) ?? new Map<unknown, unknown>();
  metadata.set(target, values.set(key, value));
}

Object.assign(Reflect, {
  getMetadata: inherited,
  getOwnMetadata: own,
  hasOwnMetadata: (key: unknown, target: object) => metadata.get(target)?.has(key) ?? false,
  defineMetadata: define,
  metadata: (key: unknown, value: unknown) => (target: object) => define(key, value, target),
});
