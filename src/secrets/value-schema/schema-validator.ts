import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { printable } from '../../common/printable.js';
import type { Share } from '../../common/turns/turn-queue.js';
import { depthProblem, schemaSizeProblem } from './schema-bounds.js';
import type { Schema } from '../secret.js';
import { circleProblem } from './schema-circles.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
import { registerQueue } from '../../observability/metrics/register-queue.js';
import { SchemaChecker, type Checked, type SchemaAnswer, type SchemaQuestion } from './schema-checker.js';

/**
 * Describes the result of a check. `unusable`: the value cannot be checked against this schema. No reason quotes the
 * value.
 */
export type Verdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'unusable'; readonly reason: string };

const LONGEST_REASON = 300;
const TOO_COSTLY = 'it takes too long or too much memory to check; make it simpler';

/** Sets how long the checks of a tenant use the second worker after one was too costly. */
const COSTLY_MS = 5 * 60_000;
const MOST_COSTLY = 10_000;

/** Holds a verdict, and the time of the check without its wait. */
export interface TimedVerdict {
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

/**
 * Validates values against JSON Schemas that callers wrote. It uses a worker, so that requests are served meanwhile.
 * Tenants whose checks were too costly lately share a second worker, so that nobody else waits for such checks.
 */
@Injectable()
export class SchemaValidator implements OnModuleDestroy {
  private readonly ordinary = new SchemaChecker();
  private readonly costly = new SchemaChecker();
  /** Maps tenants with costly checks to the time until which they use the second worker, oldest first. */
  private readonly costlyUntil = new Map<string, number>();

  /** Registers what the workers do. */
  register(metrics: Metrics): void {
    registerQueue(metrics, 'schema_checks', () => this.ordinary.gauge);
    registerQueue(metrics, 'schema_checks_costly', () => this.costly.gauge);
  }

  /**
   * @param share the tenant and the user whose turn it is
   * @throws Busy when too many checks of the tenant wait, or its turn does not come in time
   */
  async check(share: Share, schema: Schema, value: unknown): Promise<Verdict> {
    return (await this.timedCheck(share, schema, value)).verdict;
  }

  /** Checks as `check` does, and tells how long it took. */
  async timedCheck(share: Share, schema: Schema, value: unknown): Promise<TimedVerdict> {
    const reason = schemaSizeProblem(schema) ?? depthProblem('`value`', value) ?? circleProblem(schema);
    if (reason !== undefined) return { verdict: { kind: 'unusable', reason }, milliseconds: 0 };
    const question = { schema: JSON.stringify(schema), value: JSON.stringify(value) };
    const { answer, milliseconds } = await this.checked(share, question);
    if (answer !== undefined) return { verdict: bounded(answer), milliseconds };
    this.noteCostly(share.group);
    return { verdict: { kind: 'unusable', reason: UNUSABLE + TOO_COSTLY }, milliseconds };
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.ordinary.end(), this.costly.end()]);
  }

  private async checked(share: Share, question: SchemaQuestion): Promise<Checked> {
    const isCostly = (): boolean => this.isCostly(share.group);
    const ordinary = isCostly() ? undefined : await this.ordinary.check(share, question, isCostly);
    const checked = ordinary ?? (await this.costly.check(share, question));
    if (checked === undefined) throw new Error('Costly checks are moved nowhere');
    return checked;
  }

  private isCostly(tenantId: string): boolean {
    return (this.costlyUntil.get(tenantId) ?? 0) > performance.now();
  }

  private noteCostly(tenantId: string): void {
    this.costlyUntil.delete(tenantId);
    this.costlyUntil.set(tenantId, performance.now() + COSTLY_MS);
    const [oldest] = this.costlyUntil.keys();
    if (this.costlyUntil.size > MOST_COSTLY && oldest !== undefined) this.costlyUntil.delete(oldest);
  }
}

const UNUSABLE = '`schema` cannot be used: ';

function bounded({ kind, reason = '' }: SchemaAnswer): Verdict {
  if (kind === 'valid') return { kind };
  const text = printable(reason.replaceAll('"', "'"), LONGEST_REASON);
  return { kind, reason: kind === 'invalid' ? text : UNUSABLE + text };
}
