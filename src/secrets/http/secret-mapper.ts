import type { TenantContext } from '../../common/tenant-context.js';
import type { NewSecretBody, SecretChangeBody } from '../dto/new-secret.body.js';
import type { SecretV3 } from '../dto/secret-v3.js';
import type { SecretV31 } from '../dto/secret-v31.js';
import type { SecretListQuery } from '../list/dto/secret-list.query.js';
import type { SecretSearchBody } from '../list/dto/secret-search.body.js';
import type { ItemFields } from '../list/list-fields.js';
import type { OpenedSecret } from '../secret.js';

/** Reads and shows secrets in the shapes of one version of the API. */
export interface SecretMapper {
  /** The class that the body of a creation is read as. */
  readonly newBody: new () => NewSecretBody;
  /** The class that the body of a change is read as. */
  readonly changeBody: new () => SecretChangeBody;
  /** The class that the query of a list or a search is read as. */
  readonly listQuery: new () => SecretListQuery;
  /** The class that the body of a search is read as. */
  readonly searchBody: new () => SecretSearchBody;
  /** The fields of a secret in a list. */
  readonly listFields: ItemFields;
  /** The fields of a secret that a search found. */
  readonly searchFields: ItemFields;
  /** Shows a secret to a caller who reads it. */
  read(tenant: TenantContext, secret: OpenedSecret): SecretV3 | SecretV31;
  /** Shows a secret to a caller who created, changed or deleted it. */
  changed(tenant: TenantContext, secret: OpenedSecret): SecretV3 | SecretV31;
}
