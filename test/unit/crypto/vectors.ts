import { readFileSync } from 'node:fs';
import type { ReferenceBinding, Step } from './reference-implementation.js';

interface VectorFile<Passing, Failing> {
  passing: Passing[];
  failing: Failing[];
}

interface Failing {
  name: string;
  /** The passing vector that this one was made from, and the fields in which it differs. */
  base: string;
  altered: string[];
}

interface ValueVector {
  name: string;
  tenantKey: string;
  generation: number;
  binding: ReferenceBinding;
  salt: string;
  value: { format: 'text' | 'json'; text: string };
  info: string;
  valueKey: string;
  nonce: string;
  commitment: string;
  envelope: string;
}
type FailingValue = Failing & { refusedAt: Step } & Pick<ValueVector, 'tenantKey' | 'binding' | 'envelope'>;

interface WrapVector {
  name: string;
  rootKeyId: string;
  rootKey: string;
  tenantId: string;
  generation: number;
  nonce: string;
  aad: string;
  tenantKey: string;
  wrapped: string;
}
type FailingWrap = Failing & { refusedAt: Step } & Omit<WrapVector, 'nonce' | 'aad' | 'tenantKey'>;

interface CheckVector {
  name: string;
  rootKeyId: string;
  rootKey: string;
  checkValue: string;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));

type ValueFile = VectorFile<ValueVector, FailingValue>;
const [values, options] = [read('value-envelope'), read('provider-options-envelope')] as [
  ValueFile,
  ValueFile,
];

/** Combines the vectors of values and of provider options: one format under two labels. */
export const valueVectors: ValueFile = {
  passing: [...values.passing, ...options.passing],
  failing: [...values.failing, ...options.failing],
};
export const wrapVectors = read('tenant-key-wrap') as VectorFile<WrapVector, FailingWrap>;
export const checkVectors = read('root-key-check') as VectorFile<CheckVector, Failing & CheckVector>;

export const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');

/** Returns the names of the leaves in which two vectors differ, as in `altered`. */
export function differences(base: object, other: object, fields: readonly string[]): string[] {
  const at = (vector: object, path: string): unknown =>
    path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], vector);
  return fields.filter((field) => at(base, field) !== at(other, field));
}
