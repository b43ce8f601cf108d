import 'reflect-metadata';
import {
  RecordedEvents,
  type EventFilter,
  type RecordedEvent,
} from '../../../audit-trail/recorded-events.js';
import { printable } from '../../../common/printable.js';
import { CommandError } from '../../command-error.js';
import type { Call } from '../../commands/command-spec.js';
import { explainEvent } from '../../explain/explain-event.js';
import { nextSteps, nothingFound } from '../../explain/next-steps.js';
import { AsItIs, list, record, type Output } from '../../output/output.js';
import { withOwner } from '../../with-owner.js';

export async function listEvents({ io, options }: Call<[], EventFilter>): Promise<Output> {
  const { tenant, limit, action, actor, key } = options;
  const events = await withOwner(io, { action: 'event.list', key: tenant ?? null }, async (owner) => {
    const trail = new RecordedEvents(owner);
    if (tenant !== undefined && !(await trail.hasLog(tenant)))
      throw new CommandError(`There is no tenant \`${printable(tenant)}\`, and there never was`, 'notFound');
    return trail.latest({ tenant, limit, action, actor, key });
  });
  return list(events, {
    columns: [
      ['TIME', ({ time }) => time],
      ['TENANT', ({ tenant_id: id, tenant: name }) => (id === null ? '(system)' : (name ?? id))],
      ['ACTOR', (event) => event.caller?.actor_name ?? event.caller?.actor_id],
      ['ACTION', (event) => event.action],
      ['KEY', keyOf],
      ['OUTCOME', ({ outcome }) => outcome],
      ['REQUEST', (event) => event.caller?.request_id],
    ],
    id: ({ id }) => id,
    none: 'There are no such events',
  });
}

export async function showEvent({ io, args: [id] }: Call<[string]>): Promise<Output> {
  const read = { action: 'event.read', key: id } as const;
  const [event, ...others] = await withOwner(io, read, (owner) => new RecordedEvents(owner).find(id));
  if (event === undefined) throw new CommandError(`There is no event ${printable(id)}`, 'notFound');
  const logs = [event, ...others].map(logOf);
  return record({ ...event, logs }, event.id, [
    ['Event', event.id],
    ['Time', event.time],
    ['Logs', logs],
    ['Action', event.action],
    ['Key', keyOf(event)],
    ['Outcome', event.outcome],
    ['Version', event.version],
    ['Revision', event.revision],
    ...Object.entries(event.caller ?? {}).map(([name, value]) => [label(name), value] as const),
    ...Object.entries(event.detail ?? {}).map(([name, value]) => [label(name), new AsItIs(value)] as const),
  ]);
}

export async function explainRequest({ io, args: [requestId] }: Call<[string]>): Promise<Output> {
  const read = { action: 'event.explain', key: requestId } as const;
  const { events, named } = await withOwner(io, read, async (owner) => {
    const trail = new RecordedEvents(owner);
    const found = await trail.ofRequest(requestId);
    return { events: found, named: await trail.withNames(found) };
  });
  if (events.length === 0) throw new CommandError(nothingFound(printable(requestId, 128)), 'notFound');
  const explanations = named.map(explainEvent);
  return {
    json: events.map((event, place) => ({ ...event, explanation: explanations[place]?.join(' ') })),
    text: explanations.map((sentences) => `${sentences.join('\n')}\n`).join('\n'),
    quiet: events.map(({ id }) => id),
    hints: nextSteps(named),
  };
}

/** Returns the key of an event as a cell; it was escaped when it was recorded. */
function keyOf({ key }: RecordedEvent): AsItIs | null {
  return key === null ? null : new AsItIs(key);
}

function logOf({ tenant_id: id, tenant }: RecordedEvent): string {
  return id === null ? 'of the system' : `of the tenant ${tenant ?? id}`;
}

function label(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
