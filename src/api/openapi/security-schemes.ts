/** Name the security schemes of the document. */
export const BASIC = 'basic';
export const TOKEN = 'token';
export const TENANT = 'tenant';

/** Describes how a caller proves who it is, and names the tenant, which every request within a tenant needs. */
export const SECURITY_SCHEMES = {
  [BASIC]: {
    type: 'http',
    scheme: 'basic',
    description: 'A user name and a password (RFC 7617), in UTF-8.',
  },
  [TOKEN]: {
    type: 'apiKey',
    in: 'header',
    name: 'Authentication-Token',
    description:
      'A token that `createToken` gave: `ctok-`, 10 letters or digits, `-`, 40 letters or digits. It stands in ' +
      'place of the user name and the password.',
  },
  [TENANT]: {
    type: 'apiKey',
    in: 'header',
    name: 'tenant',
    description:
      'The name of the tenant to work in, such as `default_tenant`. It is no credential: the rights of the caller in ' +
      'that tenant decide.',
  },
} as const;
