import type pg from 'pg';
import { databaseTls } from '../../config/database-tls.js';
import { parseDatabaseUrl } from '../../config/database-url.js';
import type { SessionSettings } from './session-settings.js';

/** Limits how long a connection may take until the server has accepted the login. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Returns the driver's settings for a URL. The driver does not get the URL itself: its own parser reads `+` as a blank,
 * takes weak TLS modes for others, and knows parameters that would replace ours.
 * @param sessionSettings the initial settings of the session, which survive RESET and DISCARD ALL
 * @throws DatabaseUrlError when the URL is wrong
 */
export function clientConfig(url: string, sessionSettings: SessionSettings = {}): pg.ClientConfig {
  const parsed = parseDatabaseUrl(url);
  const { host, port, user, password, database, parameters } = parsed;
  const ssl = databaseTls(parsed);
  return {
    host,
    port,
    user,
    database,
    ssl,
    ...(password !== undefined && { password }),
    ...(ssl !== false && parameters.get('sslnegotiation') === 'direct' && { sslnegotiation: 'direct' }),
    ...(parameters.get('channel_binding') === 'prefer' && { enableChannelBinding: true }),
    options: withSessionSettings(parameters.get('options'), sessionSettings),
    application_name: parameters.get('application_name') ?? 'strongroom',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
}

/** Adds our settings to the `options` of the URL. Of two settings with one name, the server takes the last. */
function withSessionSettings(own: string | undefined, settings: SessionSettings): string {
  const added = Object.entries(settings).map(
    ([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`,
  );
  return [...(own === undefined ? [] : [own]), ...added].join(' ');
}
