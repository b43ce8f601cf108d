interface Place {
  /** UUID text. */
  readonly tenantId: string;
  /** UUID text. */
  readonly secretId: string;
  readonly key: string;
}

/** What a sealed value belongs to. */
export interface ValueBinding extends Place {
  /** 1, 2, 3 …: the number of the version. */
  readonly version: number;
}

/** What sealed provider options belong to: they have no versions. */
export interface OptionsBinding extends Place {
  readonly part: 'provider options';
}

/** What something sealed belongs to. It opens for exactly this, and for nothing else. */
export type Binding = ValueBinding | OptionsBinding;
