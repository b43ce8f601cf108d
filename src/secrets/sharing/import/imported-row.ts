import type { JsonText } from '../../../api/json/json-text.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import type { SecretValue } from '../../../crypto/secret-value.js';
import type { SecretAttributes } from '../../secret.js';

/** Holds the attributes that a row gives; each row says who may see the secret. */
export type RowAttributes = Partial<SecretAttributes> &
  Pick<SecretAttributes, 'visibility' | 'isHiddenValue'>;

/** Holds a secret that is to be imported, once nothing is wrong with it. */
export interface ImportedRow {
  /** Its place in the list. */
  readonly index: number;
  readonly tenant: TenantContext;
  readonly key: string;
  /** An omitted attribute has its default in a new secret, and stays in an existing one. */
  readonly attributes: RowAttributes;
  readonly value: SecretValue;
  readonly schema: JsonText | null;
  /** Undefined where there are none, or they are to stay. */
  readonly providerOptions: JsonText | undefined;
  /** Undefined where it is to be the importer, or is to stay. */
  readonly creatorId: string | undefined;
  /** Undefined where it is to be now, or is to stay. */
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** Says what is wrong with a row, by field. Texts never repeat a value. */
export type RowErrors = Readonly<Record<string, string | readonly string[]>>;
