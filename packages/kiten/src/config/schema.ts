import Type, { type Static } from 'typebox';
import { approvalActions } from '../site/drastic-actions.ts';
import { retentionBounds } from '../site/retention.ts';

const port = Type.Integer({
  minimum: 0,
  maximum: 65535,
  description: 'A TCP port; 0 lets the system choose one',
});
const hosts = Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { minItems: 1, maxItems: 8 });
const mebibytes = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
const closed = { additionalProperties: false } as const;

/** What `kiten.toml` may say. Every key is optional; `configuration.ts` holds what is left out. */
export const configurationSchema = Type.Object(
  {
    site: Type.Optional(
      Type.Object(
        {
          names: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems: 32 })),
        },
        closed,
      ),
    ),
    console: Type.Optional(
      Type.Object(
        {
          port: Type.Optional(port),
          hosts: Type.Optional(hosts),
          https_port: Type.Optional(port),
          names: Type.Optional(
            Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9.:-]{0,252}$' }), {
              minItems: 1,
              maxItems: 8,
            }),
          ),
          certificate: Type.Optional(Type.String({ minLength: 1 })),
          key: Type.Optional(Type.String({ minLength: 1 })),
          session_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 24 })),
          idle_minutes: Type.Optional(Type.Integer({ minimum: 5, maximum: 1440 })),
        },
        closed,
      ),
    ),
    oidc: Type.Optional(
      Type.Object(
        {
          issuer: Type.Optional(
            Type.String({
              pattern: '^(https://|http://(localhost|127[.]0[.]0[.]1)[:/])[^\\s?#]{1,500}$',
              description: 'An HTTPS address; plain HTTP on this machine alone',
            }),
          ),
          client_id: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
          client_secret_file: Type.Optional(Type.String({ minLength: 1 })),
          name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
          scope: Type.Optional(Type.String({ pattern: '^(\\S+ )*openid( \\S+)*$', maxLength: 256 })),
          groups_claim: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
          roles: Type.Optional(
            Type.Record(Type.String(), Type.Enum(['viewer', 'operator', 'administrator'])),
          ),
        },
        closed,
      ),
    ),
    device: Type.Optional(Type.Object({ hosts: Type.Optional(hosts), port: Type.Optional(port) }, closed)),
    mqtt: Type.Optional(
      Type.Object(
        {
          hosts: Type.Optional(hosts),
          port: Type.Optional(port),
          refused_publish: Type.Optional(Type.Enum(['drop', 'close'])),
          queue_overflow: Type.Optional(Type.Enum(['drop-newest', 'drop-oldest', 'end-session'])),
          keep_alive_limit_seconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 65535 })),
        },
        closed,
      ),
    ),
    gateway: Type.Optional(
      Type.Object({ workers: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })) }, closed),
    ),
    proxy: Type.Optional(
      Type.Object(
        {
          from: Type.Optional(
            Type.Array(
              Type.String({
                pattern: '^[0-9A-Fa-f.:]{2,45}(/\\d{1,3})?$',
                description: 'An address or a network, as 10.0.0.0/8',
              }),
              { maxItems: 64 },
            ),
          ),
        },
        closed,
      ),
    ),
    passwords: Type.Optional(
      Type.Object(
        {
          port: Type.Optional({
            ...port,
            description: 'A TCP port for MQTT over TLS with passwords; off without it',
          }),
          hosts: Type.Optional(hosts),
          plain_port: Type.Optional({
            ...port,
            description: 'A TCP port for MQTT with passwords and without TLS; off without it',
          }),
          plain_hosts: Type.Optional(hosts),
        },
        closed,
      ),
    ),
    certificates: Type.Optional(
      Type.Object(
        {
          device_lifetime_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 825 })),
          named: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  name: Type.String({ pattern: '^(\\*\\.)?[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$' }),
                  key: Type.String({ minLength: 1 }),
                  certificate: Type.String({ minLength: 1 }),
                },
                closed,
              ),
              { maxItems: 64 },
            ),
          ),
        },
        closed,
      ),
    ),
    manufacturers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
            root: Type.String({ minLength: 1 }),
            group: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
          },
          closed,
        ),
        { maxItems: 64 },
      ),
    ),
    log: Type.Optional(
      Type.Object(
        {
          level: Type.Optional(Type.Enum(['trace', 'debug', 'info', 'warn', 'error'])),
          checkpoint_seconds: Type.Optional(Type.Number({ minimum: 1, maximum: 3600 })),
          entries: Type.Optional(Type.Enum(['operators', 'public'])),
          time_stamp_url: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
          time_stamp_roots: Type.Optional(Type.String({ minLength: 1 })),
          time_stamp_minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
        },
        closed,
      ),
    ),
    retention: Type.Optional(
      Type.Object(
        {
          evidence_days: Type.Optional(Type.Integer({ minimum: 1, maximum: retentionBounds.evidenceDays })),
          traffic_days: Type.Optional(Type.Integer({ minimum: 1, maximum: retentionBounds.trafficDays })),
        },
        closed,
      ),
    ),
    approvals: Type.Optional(
      Type.Object(
        {
          actions: Type.Optional(
            Type.Array(Type.Enum([...approvalActions]), { maxItems: approvalActions.length }),
          ),
          hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720 })),
        },
        closed,
      ),
    ),
    quotas: Type.Optional(
      Type.Object(
        {
          disk_free_mib: Type.Optional(mebibytes),
          store_mib: Type.Optional(mebibytes),
          log_mib: Type.Optional(mebibytes),
          sessions_mib: Type.Optional(mebibytes),
          evidence_mib: Type.Optional(mebibytes),
        },
        closed,
      ),
    ),
    events: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
            url: Type.String({ minLength: 1, maxLength: 1024 }),
            format: Type.Optional(Type.Enum(['kiten', 'ocsf'])),
            types: Type.Optional(
              Type.Array(Type.String({ pattern: '^(\\*|[a-z-]+/([a-z-]+|\\*))$' }), {
                minItems: 1,
                maxItems: 64,
              }),
            ),
            secret_file: Type.Optional(Type.String({ minLength: 1 })),
            ca: Type.Optional(Type.String({ minLength: 1 })),
          },
          closed,
        ),
        { maxItems: 8 },
      ),
    ),
    store: Type.Optional(
      Type.Object(
        {
          url: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
          password_file: Type.Optional(Type.String({ minLength: 1 })),
          password_env: Type.Optional(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' })),
        },
        closed,
      ),
    ),
    verdicts: Type.Optional(
      Type.Object({ validity_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720 })) }, closed),
    ),
  },
  closed,
);

export type ConfigurationFile = Static<typeof configurationSchema>;
