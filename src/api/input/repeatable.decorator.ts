import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';

const REPEATABLE = 'strongroom:repeatable';

/** Allows a query parameter to be given several times. Its value is always a list. */
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

/** Tells whether a property is marked `Repeatable`. */
export function isRepeatable(prototype: object, property: string): boolean {
  return Reflect.getMetadata(REPEATABLE, prototype, property) === true;
}
