/** Describes the result of one check. */
export interface Finding {
  readonly subject: 'configuration' | 'database' | 'roles' | 'row-level security' | 'keys' | 'audit';
  readonly state: 'ok' | 'warning' | 'failed';
  readonly text: string;
}

/** Reports the result of a check; by default that it found nothing wrong. */
export type Report = (subject: Finding['subject'], text: string, state?: Finding['state']) => void;

/** Makes a check; its failure is reported under the subject, and the result is then undefined. */
export type Attempt = <T>(subject: Finding['subject'], check: () => T | Promise<T>) => Promise<T | undefined>;
