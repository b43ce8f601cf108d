/** What a Cloudify Manager holds of what can be moved, as far as it could be read. */
export interface CloudifyContents {
  readonly tenants: readonly string[];
  readonly users: readonly SourceUser[];
  readonly groups: readonly SourceGroup[];
  /** As an export has them. */
  readonly secrets: readonly Readonly<Record<string, unknown>>[];
  /** What opens their values, where they are encrypted. */
  readonly passphrase: string | undefined;
  /** What could not be read, in words. */
  readonly gaps: readonly string[];
}

export interface SourceUser {
  readonly username: string;
  readonly role: string;
  readonly active: boolean;
  readonly createdAt: Date | undefined;
  /** Roles in tenants, those through groups left out. */
  readonly tenants: Readonly<Record<string, string>>;
}

export interface SourceGroup {
  readonly name: string;
  readonly role: string;
  readonly ldapDn: string | null;
  readonly tenants: Readonly<Record<string, string>>;
  readonly users: readonly string[];
}
