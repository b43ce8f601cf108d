import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';

const REPEATABLE = 'strongroom:repeatable';

/** For a query parameter that may be given several times: it is always a list, of what was given. */
export function Repeatable(): PropertyDecorator {
  const mark: PropertyDecorator = (target, property) => {
    Reflect.defineMetadata(REPEATABLE, true, target, property);
  };
  return applyDecorators(
    mark,
    Transform(({ value }: { value: unknown }) =>
      value === undefined || Array.isArray(value) ? value : [value],
    ),
  );
}

export function isRepeatable(prototype: object, property: string): boolean {
  return Reflect.getMetadata(REPEATABLE, prototype, property) === true;
}
