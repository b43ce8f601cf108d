import type { ExecutionContext, Type } from '@nestjs/common';
import { PARAMTYPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { ValidatedQueryPipe } from './input/validated-query.pipe.js';

/** Gives one of a handler's arguments. */
export type Parameter = (context: ExecutionContext) => unknown;

/** What a parameter's decorator leaves at the controller's class, under a key that begins with the kind. */
interface Declared {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes: readonly unknown[];
  /** Of a decorator made by `createParamDecorator`. */
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
}

/**
 * The parameters of a controller's method, in their order.
 * @returns nothing where one of them is none of these: by a decorator of our own, `@Query()` of ours, `@Param(name)`; nor
 *   where one has no declaration, as all would if Nest kept those elsewhere
 */
export function readParameters(controller: Type, method: string): Parameter[] | undefined {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as object;
  const types = (Reflect.getMetadata(PARAMTYPES_METADATA, controller.prototype as object, method) ??
    []) as Type[];
  if (Object.keys(declared).length !== types.length) return undefined;
  const parameters: Parameter[] = [];
  for (const [key, parameter] of Object.entries(declared) as [string, Declared][]) {
    const read = toParameter(Number.parseInt(key), parameter, types[parameter.index]);
    if (read === undefined) return undefined;
    parameters[parameter.index] = read;
  }
  return parameters;
}

function toParameter(
  kind: number,
  { data, pipes, factory }: Declared,
  metatype: Type | undefined,
): Parameter | undefined {
  const [pipe, ...more] = pipes;
  if (more.length > 0) return undefined;
  if (factory !== undefined) return pipe === undefined ? (context) => factory(data, context) : undefined;
  if (kind === (RouteParamtypes.PARAM as number) && typeof data === 'string' && pipe === undefined)
    return (context) => (requestOf(context).params as Record<string, unknown>)[data];
  if (kind === (RouteParamtypes.QUERY as number) && data === undefined && pipe instanceof ValidatedQueryPipe)
    return (context) => pipe.transform(requestOf(context).query, { type: 'query', metatype });
  return undefined;
}

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}
