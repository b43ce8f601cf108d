import { printable } from '../../common/printable.js';
import { meaningOf } from '../../audit/outcomes.js';
import type { RecordedEvent } from '../../audit-trail/recorded-events.js';
import { ACTS } from './acts.js';

const METHODS: Readonly<Record<string, string>> = {
  basic: 'with a password',
  token: 'with a token',
  cli: 'with the command on the machine',
  system: 'at a start of the service',
  none: 'without having logged in',
};

/** Returns sentences that say who asked for what, when, in which tenant, and how it ended. */
export function explainEvent(event: RecordedEvent): string[] {
  const asked = `${whoOf(event)} asked to ${actOf(event)}${whereOf(event)}${whyOf(event)}`;
  return [`${timeOf(event)}, ${asked}.`, endOf(event)];
}

function timeOf({ time }: RecordedEvent): string {
  return `At ${time.replace('T', ' ').replace('Z', '')} UTC`;
}

function whoOf({ caller }: RecordedEvent): string {
  const { actor_name: name, actor_id: id, method, address } = caller ?? {};
  const who =
    name ?? (id === null || id === undefined ? undefined : `the user with the id ${id}`) ?? 'somebody';
  const how = METHODS[method ?? ''];
  const from = address === null || address === undefined ? undefined : `from ${address}`;
  const more = [how, from].filter((part) => part !== undefined).join(' ');
  return more === '' ? printable(who, 256) : `${printable(who, 256)} (${printable(more, 256)})`;
}

function actOf({ action, key, detail }: RecordedEvent): string {
  const [first = '', second = ''] = (key ?? '').split('/');
  const names: Readonly<Record<string, string>> = { key: key ?? '(not told)', '1': first, '2': second };
  const act = (ACTS as Readonly<Record<string, string>>)[action] ?? `do ${action} ({key})`;
  const told = act.replaceAll(/\{(key|1|2)\}/g, (_all, name: string) => names[name] ?? '');
  const facts = Object.entries(detail ?? {}).map(([name, value]) => `${name.replaceAll('_', ' ')}: ${value}`);
  return facts.length === 0 ? told : `${told} (${facts.join(', ')})`;
}

function whereOf({ tenant, tenant_id: id }: RecordedEvent): string {
  if (id === null) return '';
  return ` in the tenant ${tenant ?? id}`;
}

function whyOf({ caller }: RecordedEvent): string {
  return caller?.reason === undefined ? '' : `, for the reason "${printable(caller.reason, 512)}"`;
}

function endOf({ action, outcome, version, revision }: RecordedEvent): string {
  if (outcome === 'ok') {
    const facts = [
      ...(version === null ? [] : [`version ${version} of its value`]),
      ...(revision === null ? [] : [`revision ${revision}`]),
    ];
    return `It was done${facts.length === 0 ? '' : `: ${facts.join(', ')}`}.`;
  }
  const meaning = meaningOf(outcome, action);
  return `It was not done (${outcome})${meaning === undefined ? '.' : `: ${uncapitalized(meaning)}`}`;
}

function uncapitalized(sentence: string): string {
  return `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;
}
