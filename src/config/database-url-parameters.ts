import { printable } from '../common/printable.js';

/** Lists the values of `sslmode`, from the weakest to the strongest. */
const SSL_MODES = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'] as const;

export type SslMode = (typeof SSL_MODES)[number];

type Check = (value: string) => string | undefined;

const anything: Check = () => undefined;

const oneOf =
  (values: readonly string[], why = ''): Check =>
  (value) =>
    values.includes(value) ? undefined : `must be ${inWords(values)}${why}`;

const LARGEST_INTEGER = 2_147_483_647;

/** Checks a number as libpq does: it may be negative, which means the system's own or none. */
const integer =
  (unit: string): Check =>
  (value) =>
    /^-?\d{1,10}$/.test(value) && Math.abs(Number(value)) <= LARGEST_INTEGER
      ? undefined
      : `must be a whole number${unit}, up to ${LARGEST_INTEGER}`;

/** Lists the parameters that libpq knows and that have no effect here: Strongroom sets its own time-outs. */
const WITHOUT_EFFECT: Readonly<Record<string, Check>> = {
  connect_timeout: integer(' of seconds'),
  fallback_application_name: anything,
  keepalives: oneOf(['0', '1']),
  keepalives_idle: integer(' of seconds'),
  keepalives_interval: integer(' of seconds'),
  keepalives_count: integer(''),
  tcp_user_timeout: integer(' of milliseconds'),
};

const CHECKS: Readonly<Record<string, Check>> = {
  host: anything,
  port: anything,
  user: anything,
  password: anything,
  dbname: anything,
  options: anything,
  application_name: anything,
  sslmode: oneOf(
    SSL_MODES,
    ': allow and prefer would go on without encryption where the server offers none, unnoticed',
  ),
  ssl: oneOf(['true'], ', or sslmode be given instead'),
  sslrootcert: anything,
  sslcert: anything,
  sslkey: anything,
  sslpassword: anything,
  sslnegotiation: oneOf(['postgres', 'direct']),
  channel_binding: oneOf(
    ['disable', 'prefer'],
    ': the driver cannot insist on it; sslmode=verify-full proves the server too',
  ),
  target_session_attrs: oneOf(['any', 'read-write', 'primary'], ': the service writes'),
  client_encoding: oneOf(['UTF8', 'utf8', 'UTF-8', 'utf-8', 'auto']),
  gssencmode: oneOf(['disable', 'prefer'], ': the driver has no GSSAPI'),
  ...WITHOUT_EFFECT,
};

/** Lists the parameters that a URL may have after its `?`. */
export const PARAMETERS: readonly string[] = Object.keys(CHECKS);

/** Says what is wrong with a parameter of a URL, without repeating its value. */
export function parameterProblem(name: string, value: string | undefined): string | undefined {
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  // What is no name may be a part of a password with a raw `?`.
  if (!/^[a-z_]{1,30}$/i.test(name))
    return 'has a parameter whose name is no word: write @, / and ? of a user or password as %40, %2F and %3F';
  if (check === undefined)
    return `has the parameter ${printable(name)}, which Strongroom does not take: it takes ${PARAMETERS.join(', ')}`;
  if (value === undefined) return `has the parameter ${name} without a value: write ${name}=…`;
  const problem = check(value);
  return problem === undefined ? undefined : `has a wrong ${name}: it ${problem}`;
}

function inWords(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}
