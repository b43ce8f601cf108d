/** Holds what can be moved from a Cloudify Manager, as far as it could be read. */
export interface CloudifyContents {
  readonly tenants: readonly string[];
  readonly users: readonly SourceUser[];
  readonly groups: readonly SourceGroup[];
  /** Holds the secrets in the form of an export. */
  readonly secrets: readonly Readonly<Record<string, unknown>>[];
  /** Decrypts the values, where they are encrypted. */
  readonly passphrase: string | undefined;
  /** Describes what could not be read. */
  readonly gaps: readonly string[];
}

export interface SourceUser {
  readonly username: string;
  readonly role: string;
  readonly active: boolean;
  readonly createdAt: Date | undefined;
  /** Maps tenants to roles, without those through groups. */
  readonly tenants: Readonly<Record<string, string>>;
}

export interface SourceGroup {
  readonly name: string;
  readonly role: string;
  readonly ldapDn: string | null;
  readonly tenants: Readonly<Record<string, string>>;
  readonly users: readonly string[];
}
