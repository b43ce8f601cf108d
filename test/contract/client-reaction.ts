/** Names the clients whose requests are recorded. */
export type ClientName = 'common' | 'rest-client-4.0' | 'cfy';

/** Describes a server's response. */
export interface Sent {
  readonly status: number;
  readonly text: string;
}

/** Describes a client's reaction: `returns` names the form of the caller's result, `raises` the class of the error. */
export type Reaction =
  | { readonly returns: Form }
  | { readonly raises: string; readonly status?: number; readonly code?: string | null };

type Form = 'nothing' | 'object' | 'array' | 'page';

interface Rule {
  readonly client?: ClientName;
  /** Matches `METHOD /path` below the version. */
  readonly request: RegExp;
  /** The statuses that the client accepts as success. */
  readonly statuses: readonly number[];
  readonly form: Exclude<Form, 'nothing'>;
  /** The fields that the caller requires in the response. */
  readonly fields?: readonly string[];
}

const SECRET_V3 = ['key', 'value', 'created_at', 'updated_at', 'permission', 'tenant_name', 'created_by'];
const DEPRECATED = ['private_resource', 'resource_availability'];

/** Lists what each client accepts; the first matching rule applies. */
const RULES: readonly Rule[] = [
  { client: 'rest-client-4.0', request: /^DELETE /, statuses: [200], form: 'object' },
  {
    client: 'rest-client-4.0',
    request: /^GET \/tokens$/,
    statuses: [200],
    form: 'object',
    fields: ['value'],
  },
  {
    client: 'rest-client-4.0',
    request: /^\w+ \/secrets\/[^/]+$/,
    statuses: [200],
    form: 'object',
    fields: SECRET_V3,
  },
  { client: 'cfy', request: /^GET \/secrets\/[^/]+$/, statuses: [200], form: 'object', fields: DEPRECATED },
  { request: /^DELETE /, statuses: [200, 204], form: 'object' },
  { request: /^(POST \/tenants\/[^/]+|PUT \/users|POST \/user-groups)$/, statuses: [201], form: 'object' },
  { request: /^POST \/tokens$/, statuses: [200], form: 'object', fields: ['value'] },
  { request: /^GET \/secrets\/share\/export$/, statuses: [200], form: 'array' },
  { request: /^POST \/searches\/secrets$/, statuses: [200], form: 'page' },
  {
    request: /^GET \/(secrets|tenants|users|user-groups|tokens|managers|brokers|db-nodes)$/,
    statuses: [200],
    form: 'page',
  },
  { request: /^GET \/permissions(\/[^/]+)?$/, statuses: [200], form: 'page' },
  { request: /^/, statuses: [200], form: 'object' },
];

/** Maps each `error_code` with an exception of its own to that exception; all others raise the common one. */
const ERROR_CLASSES: Readonly<Record<string, string>> = {
  unauthorized_error: 'UserUnauthorizedError',
  forbidden_error: 'ForbiddenError',
  no_such_include_field_error: 'NoSuchIncludeFieldError',
  invalid_filter_rule: 'InvalidFilterRule',
};

/** Returns the client's reaction to a response, by the rules above. */
export function reactionOf(client: ClientName, request: string, sent: Sent): Reaction {
  const rule = RULES.find((one) => (one.client ?? client) === client && one.request.test(request))!;
  if (!rule.statuses.includes(sent.status)) return raised(sent);
  if (sent.status === 204) return { returns: 'nothing' };
  const body = parsed(sent.text);
  if (body === undefined) return { raises: 'JSONDecodeError' };
  if (rule.form === 'array') return { returns: Array.isArray(body) ? 'array' : 'object' };
  const needed = rule.form === 'page' ? ['items', 'metadata'] : (rule.fields ?? []);
  if (needed.some((field) => !(field in body))) return { raises: 'KeyError' };
  return { returns: rule.form };
}

function raised({ status, text }: Sent): Reaction {
  if (status === 304) return { raises: 'NotModifiedError', status, code: 'not_modified' };
  const code = parsed(text)?.error_code;
  const named = typeof code === 'string' ? code : null;
  return { raises: ERROR_CLASSES[named ?? ''] ?? 'CloudifyClientError', status, code: named };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
