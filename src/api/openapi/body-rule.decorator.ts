import 'reflect-metadata';
import type { Type } from '@nestjs/common';

const RULE = 'strongroom:body-rule';

/**
 * Adds keywords of JSON Schema to the schema of a body, for rules that are about several of its fields. Generators of
 * clients do not know `if` and `not`, so such a rule leaves the types as they are.
 */
export function BodyRule(keywords: object): ClassDecorator {
  return (target) => Reflect.defineMetadata(RULE, keywords, target);
}

/** Returns the keywords of a class that is marked `BodyRule`, also by way of the class that it extends. */
export function bodyRuleOf(body: Type): object | undefined {
  return Reflect.getMetadata(RULE, body) as object | undefined;
}

/** Returns the rule that at most one of these fields is given; null counts as not given. */
export function atMostOneOf(...fields: readonly string[]): object {
  const given = { not: { type: 'null' } };
  const pairs = fields.flatMap((one, index) => fields.slice(index + 1).map((other) => [one, other]));
  const both = pairs.map((pair) => ({
    required: pair,
    properties: Object.fromEntries(pair.map((field) => [field, given])),
  }));
  return { not: { anyOf: both } };
}
