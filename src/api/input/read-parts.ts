import 'reflect-metadata';

/** Names a part of a request that a handler may read. */
type Part = 'query' | 'body' | 'conditions';

const PARTS = 'strongroom:read-parts';

/** Wraps a parameter's decorator, and notes that the handler reads that part of the request. */
export function readsPart(part: Part, decorator: ParameterDecorator): ParameterDecorator {
  return (target, method, index) => {
    decorator(target, method, index);
    if (method === undefined) return;
    const handler = (target as Record<string | symbol, object>)[method];
    if (handler !== undefined) Reflect.defineMetadata(PARTS, [...partsOf(handler), part], handler);
  };
}

/** Tells whether a handler reads a part of the request. */
export function doesRead(handler: object, part: Part): boolean {
  return partsOf(handler).includes(part);
}

function partsOf(handler: object): readonly Part[] {
  return (Reflect.getMetadata(PARTS, handler) as readonly Part[] | undefined) ?? [];
}
