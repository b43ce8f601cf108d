import { applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ApiErrors } from './api-errors.decorator.js';
import { BASIC, TENANT, TOKEN } from './security-schemes.js';

const LOGINS = [BASIC, TOKEN];

/**
 * Documents what all routes within a tenant share: authentication, the `tenant` header and the errors.
 * @param acrossTenants tells that the header can be left out
 */
export function TenantApi({ acrossTenants = false } = {}): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ...LOGINS.map((login) => ApiSecurity({ [login]: [], [TENANT]: [] })),
    ...(acrossTenants ? LOGINS.map((login) => ApiSecurity(login)) : []),
    ApiErrors(400, 401, 403, 408, 413, 429, 500, 503),
  );
}

/** Documents the same for a route without a `tenant` header. */
export function InstallationApi(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ...LOGINS.map((login) => ApiSecurity(login)),
    ApiErrors(400, 401, 403, 408, 413, 429, 500, 503),
  );
}
