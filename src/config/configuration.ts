import { inspect } from 'node:util';
import { IsIn, IsOptional, Length, Matches } from 'class-validator';
import { EachAddress } from './each-address.decorator.js';
import { EachOrigin } from './each-origin.decorator.js';
import { IsPostgresUrl } from './is-postgres-url.decorator.js';
import { IsWebhookKey } from './is-webhook-key.decorator.js';
import { IsWebhookUrl } from './is-webhook-url.decorator.js';
import { variables } from './variables.js';
import { WholeNumber } from './whole-number.decorator.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const SECRET_PROPERTIES = Object.entries(variables)
  .filter(([, { secret }]) => secret !== undefined)
  .map(([property]) => property);

/** The days of events that nothing removes, whatever is configured; `audit_horizon` has the same. */
const LEAST_AUDIT_DAYS = 30;

const HOST = /^[A-Za-z0-9._:%-]{1,253}$/;
const HOST_RULE = 'must be an address or a host name';

const HOST_AND_PORT = new RegExp(
  /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})/.source +
    /(?::(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]))?$/.source,
);

const ROLE = /^[a-z_][a-z0-9_]{0,62}$/;
const ROLE_RULE = 'must be a lower-case identifier of at most 63 characters';

/** Holds the settings from the environment, validated and frozen. Its secrets are left out when it is printed. */
export class Configuration {
  @IsIn(['development', 'production', 'test'], { message: 'must be development, production or test' })
  readonly nodeEnv: 'development' | 'production' | 'test';

  @Matches(HOST, { message: HOST_RULE })
  readonly host: string;

  @WholeNumber(0, 65_535, ' (0 takes any free port)')
  readonly port: number;

  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly tlsCertificateFile?: string;

  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly tlsKeyFile?: string;

  @IsOptional()
  @IsPostgresUrl()
  readonly databaseUrl?: string;

  @IsOptional()
  @IsPostgresUrl()
  readonly databaseOwnerUrl?: string;

  /** Holds an absolute path. */
  @Length(1, 4096, { message: 'must be a path' })
  readonly dataDir: string;

  @IsOptional()
  @Length(1, 65_536, { message: 'must be id:base64 pairs' })
  readonly rootKeys?: string;

  @Matches(/^[A-Za-z][A-Za-z0-9._~-]{0,255}$/, {
    message: 'must begin with a letter and hold only letters, digits, `-`, `.`, `_`, `~`, at most 256',
  })
  readonly adminUsername: string;

  /** Holds the password of the first administrator, which is needed only while there is no user. */
  readonly adminPassword?: string;

  /** Says in one line why there is no usable `adminPassword`, where one was meant to be given. */
  readonly adminPasswordProblem?: string;

  @WholeNumber(5, 128)
  readonly passwordMinLength: number;

  @WholeNumber(1, 16_777_216)
  readonly maxValueBytes: number;

  @WholeNumber(1, 268_435_456)
  readonly maxImportBytes: number;

  /** Holds the days for which the trash keeps a secret, unless the tenant has set others. */
  @WholeNumber(1, 36_500)
  readonly trashDays: number;

  @WholeNumber(1, 36_500)
  readonly minTrashDays: number;

  @WholeNumber(1, 36_500)
  readonly maxTrashDays: number;

  /** Limits the secrets in the trash of a tenant. */
  @WholeNumber(1, 100_000)
  readonly maxTrashEntries: number;

  /** Limits the bytes in the trash of a tenant. */
  @WholeNumber(1, 1_099_511_627_776)
  readonly maxTrashBytes: number;

  /** Holds the days for which events are kept, unless administrators have set others for the tenant; 0 for ever. */
  @WholeNumber(0, 36_500, ' (0 keeps events for ever)')
  readonly auditDays: number;

  @WholeNumber(LEAST_AUDIT_DAYS, 36_500)
  readonly minAuditDays: number;

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  readonly logLevel: (typeof LOG_LEVELS)[number];

  @Matches(ROLE, { message: ROLE_RULE })
  readonly appRole: string;

  @Matches(ROLE, { message: ROLE_RULE })
  readonly readerRole: string;

  @WholeNumber(6, 200)
  readonly poolSize: number;

  @WholeNumber(0, 3, ' (0 takes one less than the processor has cores)')
  readonly passwordVerifications: number;

  @EachAddress()
  readonly trustedProxies: readonly string[];

  @EachOrigin()
  readonly corsOrigins: readonly string[];

  @WholeNumber(1_000, 7_200_000)
  readonly keepAliveMilliseconds: number;

  @WholeNumber(1_000, 600_000)
  readonly headersMilliseconds: number;

  @WholeNumber(1_000, 600_000)
  readonly bodyStallMilliseconds: number;

  @WholeNumber(0, 7_200_000, ' (0 takes any time, as long as it keeps arriving)')
  readonly bodyMilliseconds: number;

  @WholeNumber(0, 300_000)
  readonly drainMilliseconds: number;

  /** Holds the port of the metrics; undefined for none. */
  @IsOptional()
  @WholeNumber(0, 65_535, ' (0 takes any free port)')
  readonly metricsPort?: number;

  @Matches(HOST, { message: HOST_RULE })
  readonly metricsHost: string;

  /** Limits the tenants that metrics name. */
  @WholeNumber(0, 10_000, ' (0 names none)')
  readonly metricsTenants: number;

  /** Holds an absolute path. */
  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly auditFile?: string;

  /** Holds a host, or a host and a port with a colon between. */
  @IsOptional()
  @Matches(HOST_AND_PORT, { message: 'must be a host, or host:port as in logs.example.com:6514' })
  readonly auditSyslog?: string;

  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly auditSyslogCaFile?: string;

  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly auditSyslogCertificateFile?: string;

  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly auditSyslogKeyFile?: string;

  @IsOptional()
  @IsWebhookUrl()
  readonly auditWebhookUrl?: string;

  @IsOptional()
  @IsWebhookKey()
  readonly auditWebhookKey?: string;

  @IsOptional()
  @Length(1, 4096, { message: 'must be a path' })
  readonly auditWebhookCaFile?: string;

  @WholeNumber(1, 3_650)
  readonly auditSinkWaitDays: number;

  toString(): string {
    return JSON.stringify(this);
  }

  toJSON(): Record<string, unknown> {
    const shown = ([name, value]: [string, unknown]): [string, unknown] =>
      SECRET_PROPERTIES.includes(name) && value !== undefined ? [name, '[secret]'] : [name, value];
    return Object.fromEntries(Object.entries(this).map(shown));
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }
}
