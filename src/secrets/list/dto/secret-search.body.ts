import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsArray, IsObject, IsOptional } from 'class-validator';
import { ErrorBody } from '../../../api/errors/error-body.js';
import { atMostOneOf, BodyRule } from '../../../api/openapi/body-rule.decorator.js';
import { ANY_OBJECT } from '../../../api/openapi/schemas.js';
import { BadParameters } from '../../../common/errors.js';
import type { FilterRule } from '../filter-rule.js';
import { combined, requireAffordable } from '../rule-cost.js';
import { MOST_RULES, readRules, RULE_TYPES, rulesOfConstraints } from '../filter-rule.reader.js';
import { CONSTRAINTS, FILTER_RULE, FILTER_RULE_V31 } from './filter-rule.schema.js';

function Rules(items: object): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ type: 'array', items, maxItems: MOST_RULES, required: false, nullable: true },
      description:
        'All rules must hold, and of several values one. At most 1,000 values in all, 50 of them with `contains`, ' +
        '`not_contains`, `starts_with` and `ends_with`; not together with `constraints`',
    }),
    IsOptional(),
    IsArray({ message: '`filter_rules` must be an array of rules' }),
  );
}

/** Holds the rules or constraints of a search; a search without either finds everything. */
@BodyRule(atMostOneOf('filter_rules', 'constraints'))
export class SecretSearchBody {
  @Rules(FILTER_RULE)
  filter_rules?: unknown[] | null;

  @ApiProperty({
    ...CONSTRAINTS,
    selfRequired: false,
    nullable: true,
    description: 'Another way to write rules about the key',
  })
  @IsOptional()
  @IsObject({ message: '`constraints` must be an object' })
  constraints?: Record<string, unknown> | null;
}

/** Holds those of a search under version 3.1, whose rules may be about labels. */
@BodyRule(atMostOneOf('filter_rules', 'constraints'))
export class SecretSearchBodyV31 extends SecretSearchBody {
  @Rules(FILTER_RULE_V31)
  declare filter_rules?: unknown[] | null;
}

export class SecretSearchErrorBody extends ErrorBody {
  @ApiProperty({
    ...ANY_OBJECT,
    selfRequired: false,
    nullable: true,
    description: 'With `invalid_filter_rule`: which rule it was, where it is short',
  })
  err_filter_rule?: object | null;

  @ApiProperty({ type: String, required: false, description: 'With `invalid_filter_rule`: why' })
  err_reason?: string;
}

/** @throws BadParameters, InvalidFilterRule, TooCostly */
export function rulesOf(body: SecretSearchBody): FilterRule[] {
  const rules = givenRules(body);
  requireAffordable(rules);
  return combined(rules);
}

function givenRules(body: SecretSearchBody): FilterRule[] {
  const { filter_rules: rules, constraints } = body;
  const types = body instanceof SecretSearchBodyV31 ? RULE_TYPES : (['attribute'] as const);
  const byRules = rules !== undefined && rules !== null;
  const byConstraints = constraints !== undefined && constraints !== null;
  if (byRules && byConstraints) throw new BadParameters('Give `filter_rules` or `constraints`, not both');
  if (byRules) return readRules(rules, types);
  return byConstraints ? rulesOfConstraints(constraints) : [];
}
