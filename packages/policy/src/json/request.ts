import type { Request } from '../decision.ts';
import { readEntityUid } from './entity-uid.ts';
import { readObject } from './read.ts';
import type { CedarSchema } from './schema.ts';
import { contextFromJson } from './value-from-json.ts';

const code = 'policy/json-request';

/**
 * A request from its JSON form: principal, action and resource as `{"type", "id"}`, and a context, empty if left out.
 * With a schema the context may leave out escapes; whether the request conforms to the schema is not checked.
 *
 * @throws {KitenError} `policy/json-request`, or `policy/json-value` for the context
 */
export function requestFromJson(json: unknown, schema?: CedarSchema): Request {
  const parts = readObject(
    json,
    { code, name: 'a request' },
    ['principal', 'action', 'resource'],
    ['context'],
  );
  const action = readEntityUid(parts.action, code);
  return {
    principal: readEntityUid(parts.principal, code),
    action,
    resource: readEntityUid(parts.resource, code),
    context: contextFromJson(parts.context ?? {}, schema?.context(action)),
  };
}
