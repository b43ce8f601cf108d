interface Place {
  /** Holds the text of a UUID. */
  readonly tenantId: string;
  /** Holds the text of a UUID. */
  readonly secretId: string;
  readonly key: string;
}

/** Identifies the value that an envelope belongs to. */
export interface ValueBinding extends Place {
  /** Counts versions from 1. */
  readonly version: number;
}

/** Identifies the provider options that an envelope belongs to; they have no versions. */
export interface OptionsBinding extends Place {
  readonly part: 'provider options';
}

/** Identifies what an envelope belongs to. It opens for exactly this and for nothing else. */
export type Binding = ValueBinding | OptionsBinding;
