import { inspect } from 'node:util';
import { IsIn, IsInt, IsOptional, Length, Matches, Max, Min } from 'class-validator';
import { EachAddress } from './each-address.decorator.js';
import { IsPostgresUrl } from './is-postgres-url.decorator.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const ROLE = /^[a-z_][a-z0-9_]{0,62}$/;
const ROLE_RULE = 'must be a lower-case identifier of at most 63 characters';

/** What the service was told by its environment: validated and frozen. Its secrets do not show when it is printed. */
export class Configuration {
  @IsIn(['development', 'production', 'test'], { message: 'must be development, production or test' })
  nodeEnv: 'development' | 'production' | 'test';

  @Length(1, 253, { message: 'must be an address or a host name' })
  host: string;

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be at least 0 (0 takes any free port)' })
  @Max(65_535, { message: 'must be at most 65535' })
  port: number;

  @IsOptional()
  @IsPostgresUrl()
  databaseUrl?: string;

  @IsOptional()
  @IsPostgresUrl()
  databaseOwnerUrl?: string;

  /** Absolute. */
  @Length(1, 4096, { message: 'must be a path' })
  dataDir: string;

  @IsOptional()
  @Length(1, 65_536, { message: 'must be id:base64 pairs' })
  rootKeys?: string;

  @Matches(/^[A-Za-z][A-Za-z0-9._~-]{0,255}$/, {
    message: 'must begin with a letter and hold only letters, digits, `-`, `.`, `_`, `~`, at most 256',
  })
  adminUsername: string;

  @IsOptional()
  @Length(5, 256, { message: 'must be 5 to 256 characters long' })
  adminPassword?: string;

  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(16_777_216, { message: 'must be at most 16777216' })
  maxValueBytes: number;

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  logLevel: (typeof LOG_LEVELS)[number];

  @Matches(ROLE, { message: ROLE_RULE })
  appRole: string;

  @Matches(ROLE, { message: ROLE_RULE })
  readerRole: string;

  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(200, { message: 'must be at most 200' })
  poolSize: number;

  @EachAddress()
  trustedProxies: readonly string[];

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be at least 0' })
  @Max(60_000, { message: 'must be at most 60000' })
  drainMilliseconds: number;

  toJSON(): Record<string, unknown> {
    const shown = { ...this } as Record<string, unknown>;
    for (const name of ['databaseUrl', 'databaseOwnerUrl', 'rootKeys', 'adminPassword']) {
      if (shown[name] !== undefined) shown[name] = '[secret]';
    }
    return shown;
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }
}
