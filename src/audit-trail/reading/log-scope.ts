import type { Caller, TenantContext } from '../../common/tenant-context.js';

/** Says who reads which logs: the log of a tenant by the rights there, or others by those to all logs. */
export type LogScope = TenantLog | OtherLogs;

/** Selects the log of the request's tenant. */
interface TenantLog {
  readonly kind: 'tenant';
  readonly tenant: TenantContext;
}

/** Selects logs for someone who may read all of them. */
export interface OtherLogs {
  readonly kind: 'all' | 'system' | 'name' | 'id';
  /** The name of the tenant, or the id of the log. */
  readonly named?: string;
  readonly userId: string;
  readonly caller: Caller;
}

/** Returns who reads. */
export function readerOf(scope: LogScope): Pick<TenantContext, 'userId' | 'caller'> {
  return scope.kind === 'tenant' ? scope.tenant : scope;
}

/** Returns what the event of a reading says of its logs, where they are not simply those of the event. */
export function logDetail(scope: LogScope): { readonly log?: string } {
  if (scope.kind === 'tenant') return {};
  return { log: scope.kind === 'all' || scope.kind === 'system' ? scope.kind : 'tenant' };
}
