import { resolve } from 'node:path';
import { printable } from '../common/printable.js';
import { StartupError } from '../common/startup-error.js';
import { DatabaseUrlError, parseDatabaseUrl } from './database-url.js';
import { EnvironmentReader } from './environment-reader.js';
import { loadConfiguration } from './load-configuration.js';
import { variables, type Variable } from './variables.js';

/** Describes one variable of the configuration as it takes effect. */
interface EffectiveVariable {
  readonly name: string;
  /** Holds the value with secrets masked; null where there is none. */
  readonly value: string | null;
  /** Says where the value came from: `environment`, `default`, `not set`, or `file` and its path. */
  readonly source: string;
  readonly meaning: string;
}

interface EffectiveConfiguration {
  readonly variables: readonly EffectiveVariable[];
  /** Says in one line why the configuration is refused; undefined where it is not. */
  readonly problem: string | undefined;
}

const MASK = '***';

/** Matches parameters of a URL that are passwords. */
const SECRET_PARAMETER = /password/i;

/** Returns every variable with its value and the place it came from, also where the configuration would be refused. */
export function effectiveConfiguration(environment: NodeJS.ProcessEnv = process.env): EffectiveConfiguration {
  const reader = new EnvironmentReader(environment);
  return {
    variables: Object.values(variables).map((variable: Variable) => {
      const text = reader.text(variable);
      const source = sourceOf(variable, environment);
      const value = text === undefined ? null : shown(variable, text);
      return { name: variable.name, value, source, meaning: variable.what };
    }),
    problem: problemOf(environment),
  };
}

function sourceOf({ name, secret, default: fallback }: Variable, environment: NodeJS.ProcessEnv): string {
  const given = (text: string | undefined): text is string => text !== undefined && text !== '';
  const file = environment[`${name}_FILE`];
  if (secret !== undefined && given(file)) return `file ${printable(file, 256)} (${name}_FILE)`;
  if (given(environment[name])) return 'environment';
  return fallback === undefined ? 'not set' : 'default';
}

function shown({ name, secret }: Variable, text: string): string {
  if (name === variables.dataDir.name) return printable(resolve(text), 4096);
  if (secret === undefined) return printable(text, 512);
  if (name === variables.auditWebhookUrl.name) return maskedWebhook(text);
  return /_URL$/.test(name) ? maskedUrl(text) : MASK;
}

/** Returns only the origin of a webhook, since its path and query may be a credential. */
function maskedWebhook(text: string): string {
  const { protocol = '', host = '' } = URL.canParse(text) ? new URL(text) : {};
  return protocol === 'https:' ? printable(`https://${host}/${MASK}`, 512) : MASK;
}

/**
 * Returns the URL without its passwords; only a mask where it cannot be read, since any part may be a password then.
 */
function maskedUrl(text: string): string {
  try {
    const { user, password, host, port, database, parameters } = parseDatabaseUrl(text);
    const address = host.startsWith('/') ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const others = [...parameters].map(([name, value]) => [name, SECRET_PARAMETER.test(name) ? MASK : value]);
    const socket = host.startsWith('/')
      ? [['host', host], ...(port === 5432 ? [] : [['port', `${port}`]])]
      : [];
    const query = [...socket, ...others].map((pair) => pair.join('=')).join('&');
    const login = `${user}${password === undefined ? '' : `:${MASK}`}`;
    return printable(`postgresql://${login}@${address}/${database}${query === '' ? '' : `?${query}`}`, 512);
  } catch (error) {
    if (error instanceof DatabaseUrlError) return MASK;
    throw error;
  }
}

function problemOf(environment: NodeJS.ProcessEnv): string | undefined {
  try {
    loadConfiguration(environment);
    return undefined;
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
}
