import { LOG_LEVELS } from './configuration.js';
import { DatabaseUrlError, parseDatabaseUrl, type DatabaseUrl } from './database-url.js';
import { effectiveConfiguration } from './effective-configuration.js';
import { EnvironmentReader } from './environment-reader.js';
import { variables } from './variables.js';

/** Matches values that can name nobody and no place: numbers, and the words of choices. */
const TAME = new RegExp(`^(?:\\d{1,12}|development|production|test|${LOG_LEVELS.join('|')})$`);

/** Lists the parameters of a URL whose values are of a few known words. */
const TOLD_PARAMETERS = new Set(['sslmode', 'sslnegotiation', 'channel_binding', 'target_session_attrs']);
const WORD = /^[a-z-]{1,20}$/;

interface ShareableVariable {
  readonly name: string;
  /** Says where it came from: `environment`, `file`, `default` or `not set`. */
  readonly source: string;
  /** Only of numbers and choices, and of URLs what they are made of. */
  readonly value?: unknown;
}

/** Returns the configuration as it may be shown to strangers, without anything that somebody has named. */
export function shareableConfiguration(environment: NodeJS.ProcessEnv = process.env): ShareableVariable[] {
  const reader = new EnvironmentReader(environment);
  return effectiveConfiguration(environment).variables.map(({ name, value, source }) => ({
    name,
    source: source.startsWith('file ') ? 'file' : source,
    ...(value !== null && TAME.test(value) && { value }),
    ...(value !== null && /^DATABASE_.*URL$/.test(name) && { value: describedUrl(urlOf(reader, name)) }),
  }));
}

/** Returns the names, addresses and secrets that the configuration holds, each with what it is, to look for in texts. */
export function configuredNames(
  environment: NodeJS.ProcessEnv = process.env,
): (readonly [name: string | undefined, meaning: string])[] {
  const reader = new EnvironmentReader(environment);
  const rootKeys = (reader.text(variables.rootKeys) ?? '').split(/[\s,]+/);
  const given = Object.values(variables).map(({ name }) => environment[name]);
  return [
    ...namesOfUrl(urlOf(reader, variables.databaseOwnerUrl.name), 'owner'),
    ...namesOfUrl(urlOf(reader, variables.databaseUrl.name), 'service'),
    [reader.text(variables.appRole), 'app role'],
    [reader.text(variables.readerRole), 'reader role'],
    [reader.text(variables.adminUsername), 'administrator'],
    [reader.text(variables.adminPassword), 'password'],
    ...namesOfSinks(reader),
    ...rootKeys.flatMap((pair) => {
      const [id, key] = pair.split(/:(.*)/s);
      return [
        [pair, 'root key'],
        [key, 'root key'],
        [id, 'root key id'],
      ] as const;
    }),
    // A variable may be wrong because a secret was put into it.
    ...given.map((value) => [value !== undefined && TAME.test(value) ? undefined : value, 'value'] as const),
  ];
}

function namesOfSinks(reader: EnvironmentReader): (readonly [name: string | undefined, meaning: string])[] {
  const webhook = reader.text(variables.auditWebhookUrl);
  const host = webhook !== undefined && URL.canParse(webhook) ? new URL(webhook).hostname : undefined;
  return [
    [webhook, 'webhook'],
    [host, 'address'],
    [reader.text(variables.auditWebhookKey), 'webhook key'],
    [reader.text(variables.auditSyslog)?.replace(/:\d+$/, ''), 'address'],
  ];
}

function urlOf(reader: EnvironmentReader, name: string): DatabaseUrl | undefined {
  const { databaseUrl, databaseOwnerUrl } = variables;
  const text = reader.text(name === databaseUrl.name ? databaseUrl : databaseOwnerUrl);
  if (text === undefined) return undefined;
  try {
    return parseDatabaseUrl(text);
  } catch (error) {
    if (error instanceof DatabaseUrlError) return undefined;
    throw error;
  }
}

function namesOfUrl(
  url: DatabaseUrl | undefined,
  login: string,
): (readonly [name: string | undefined, meaning: string])[] {
  return [
    [url?.user, login],
    [url?.password, 'password'],
    [url?.database, 'database'],
    [url?.host, 'address'],
    ...[...(url?.parameters ?? [])].map(
      ([name, value]) => [TOLD_PARAMETERS.has(name) ? undefined : value, 'value'] as const,
    ),
  ];
}

function describedUrl(url: DatabaseUrl | undefined): unknown {
  if (url === undefined) return 'cannot be read';
  return {
    through: url.host.startsWith('/') ? 'socket' : 'network',
    password: url.password !== undefined,
    parameters: Object.fromEntries(
      [...url.parameters].map(([name, value]) => [
        name,
        TOLD_PARAMETERS.has(name) && WORD.test(value) ? value : 'given',
      ]),
    ),
  };
}
