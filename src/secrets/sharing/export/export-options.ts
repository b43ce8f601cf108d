/** Says which secrets are exported, and what of each. */
export interface ExportOptions {
  /** Every tenant in which the caller may export, not only the one of the request. */
  readonly allTenants: boolean;
  /** A part of the key, in any case. */
  readonly search: string | undefined;
  /** Each with the texts of which one must match. */
  readonly filters: Readonly<Partial<Record<ExportFilter, readonly string[]>>>;
}

export const EXPORT_FILTERS = ['key', 'visibility', 'is_hidden_value', 'tenant_name', 'created_by'] as const;
type ExportFilter = (typeof EXPORT_FILTERS)[number];
