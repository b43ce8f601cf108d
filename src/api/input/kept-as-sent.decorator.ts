import 'reflect-metadata';
import type { SplitJson } from '../json/json-members.js';

const KEPT = 'strongroom:kept-as-sent';
const ITEMS = 'strongroom:items-read-by';

/** Reads an item of an array of a body. Its texts can be anything that JSON can hold. */
export type ItemReader = (item: SplitJson) => unknown;

/** Makes a field of a body a `JsonText`, which keeps its JSON as it was sent. */
export function KeptAsSent(): PropertyDecorator {
  return (target, property) => Reflect.defineMetadata(KEPT, true, target, property);
}

/** Reads the items of a field that is an array, one after the other as they arrive, from the JSON that was sent. */
export function ItemsReadBy(reader: ItemReader): PropertyDecorator {
  return (target, property) => Reflect.defineMetadata(ITEMS, reader, target, property);
}

/** Tells whether a field is marked `KeptAsSent`. */
export function isKeptAsSent(prototype: object, field: string): boolean {
  return Reflect.getMetadata(KEPT, prototype, field) === true;
}

/** Returns the reader of a field that is marked `ItemsReadBy`. */
export function itemReaderOf(prototype: object, field: string): ItemReader | undefined {
  return Reflect.getMetadata(ITEMS, prototype, field) as ItemReader | undefined;
}
