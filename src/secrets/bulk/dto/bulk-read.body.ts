import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import { BodyRule } from '../../../api/openapi/body-rule.decorator.js';
import { NAME } from '../../../api/openapi/schemas.js';
import { BadParameters } from '../../../common/errors.js';
import { nameProblem } from '../../../common/names/resource-name.js';
import { keyTwice, MOST_SECRETS } from '../bulk-errors.js';
import type { BulkSelection } from '../bulk-reads.repository.js';
import { NAME_STYLES, type EnvNaming } from '../env/env-names.js';
import { LabelSelection, labelsOf } from './label-selection.js';

const BULK_FORMATS = ['items', 'map', 'env'] as const;
export type BulkFormat = (typeof BULK_FORMATS)[number];

/** Names the fields that only some formats take. */
const ONLY_WITH: Readonly<Record<string, BulkFormat>> = {
  size: 'items',
  after: 'items',
  name: 'env',
  strip_prefix: 'env',
  allow_names: 'env',
};

const VARIABLE = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
} as const;

/** Skips the other rules where the field is left out; null is not left out. */
function IfGiven(): PropertyDecorator {
  return ValidateIf((_body, value) => value !== undefined);
}

function Rule(name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator {
  return applyDecorators(
    IfGiven(),
    ValidateBy({ name, validator: { validate, defaultMessage: () => message } }),
  );
}

const isTexts = (value: unknown, most: number): value is string[] =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= most &&
  value.every((one) => typeof one === 'string');

const isKey = (value: unknown): boolean => typeof value === 'string' && nameProblem(value) === undefined;

const BEGINNING =
  'must be the beginning of keys: a letter, then letters, digits, `-`, `.`, `_` and `~`, at most 256';

/** Says which of the fields go together. */
const SELECTION_RULE = {
  oneOf: [{ required: ['keys'] }, { required: ['prefix'] }, { required: ['label'] }],
  allOf: Object.entries(ONLY_WITH).map(([field, format]) => ({
    if: { required: [field] },
    then:
      format === 'items'
        ? { properties: { format: { const: format } } }
        : { required: ['format'], properties: { format: { const: format } } },
  })),
};

/** Says which secrets are read, and in which format they are given. */
@BodyRule(SELECTION_RULE)
export class BulkReadBody {
  @ApiProperty({
    ...{
      type: 'array',
      items: NAME,
      minItems: 1,
      maxItems: MOST_SECRETS,
      uniqueItems: true,
      required: false,
    },
    description: 'The keys of the secrets, each once; either these, `prefix` or `label`',
  })
  @Rule(
    'isKeys',
    (value) => isTexts(value, MOST_SECRETS),
    `\`keys\` must be an array of 1 to ${MOST_SECRETS} keys`,
  )
  keys?: string[];

  @ApiProperty({
    ...{ ...NAME, required: false },
    description:
      'What the keys of the secrets begin with; needs `secret_list` too. Either this, `keys` or `label`',
  })
  @Rule('isPrefix', isKey, `\`prefix\` ${BEGINNING}`)
  prefix?: string;

  @LabelSelection()
  label?: string | string[];

  @ApiProperty({
    ...{ type: String, enum: BULK_FORMATS, required: false },
    description:
      '`items`, also if it is left out: each secret as a read gives it, with what came of it. `map`: the values by key. ' +
      '`env`: lines for a shell, as text. `map` and `env` give all secrets or none',
  })
  @IfGiven()
  @OneOf(BULK_FORMATS)
  format?: BulkFormat;

  @ApiProperty({
    ...{ type: 'integer', minimum: 1, maximum: MOST_SECRETS, required: false },
    description: `With \`items\`: how many secrets a page has at most; ${MOST_SECRETS} if it is left out`,
  })
  @Rule(
    'isPageSize',
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_SECRETS,
    `\`size\` must be a whole number from 1 to ${MOST_SECRETS}`,
  )
  size?: number;

  @ApiProperty({
    ...{ ...NAME, required: false },
    description: 'With `items`: what `metadata.next` of the page before says',
  })
  @Rule('isAfter', isKey, '`after` must be the key that `metadata.next` of the page before says')
  after?: string;

  @ApiProperty({
    ...{ type: String, enum: NAME_STYLES, required: false },
    description: 'With `env`: whether the names of variables are in upper case; `as_is` if it is left out',
  })
  @IfGiven()
  @OneOf(NAME_STYLES)
  name?: (typeof NAME_STYLES)[number];

  @ApiProperty({
    ...{ ...NAME, required: false },
    description: 'With `env`: what every key begins with and no name of a variable',
  })
  @Rule('isStripPrefix', isKey, `\`strip_prefix\` ${BEGINNING}`)
  strip_prefix?: string;

  @ApiProperty({
    ...{ type: 'array', items: VARIABLE, minItems: 1, maxItems: 100, required: false },
    description: 'With `env`: names of variables such as `PATH` that are wanted although they are dangerous',
  })
  @Rule(
    'isAllowNames',
    (value) => isTexts(value, 100) && value.every((one) => one.length <= 256 && /^[A-Za-z_]\w*$/.test(one)),
    '`allow_names` must be an array of 1 to 100 names of variables, such as `PATH`',
  )
  allow_names?: string[];
}

export interface BulkReadInput {
  readonly format: BulkFormat;
  readonly selection: BulkSelection;
  readonly size: number;
  readonly naming: EnvNaming;
}

/** @throws BadParameters */
export function toBulkReadInput(body: BulkReadBody): BulkReadInput {
  const { format = 'items', size = MOST_SECRETS } = body;
  for (const [field, only] of Object.entries(ONLY_WITH))
    if (body[field as keyof BulkReadBody] !== undefined && format !== only)
      throw new BadParameters(`\`${field}\` goes with the format \`${only}\` only; leave it out`);
  return {
    ...{ format, size, selection: selectionOf(body) },
    naming: {
      style: body.name ?? 'as_is',
      stripPrefix: body.strip_prefix ?? '',
      allowedNames: new Set(body.allow_names),
    },
  };
}

function selectionOf({ keys, prefix, label, after }: BulkReadBody): BulkSelection {
  if ([keys, prefix, label].filter((given) => given !== undefined).length !== 1)
    throw new BadParameters('Give exactly one of `keys`, `prefix` and `label`');
  if (keys !== undefined) return { kind: 'keys', keys: keysAfter(checkedKeys(keys), after) };
  if (label !== undefined) return { kind: 'labels', labels: labelsOf(label), after: after ?? '' };
  return { kind: 'prefix', prefix: prefix ?? '', after: after ?? '' };
}

function checkedKeys(keys: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const key of keys) {
    const problem = nameProblem(key);
    if (problem !== undefined)
      throw new BadParameters(`\`keys\` has a key that is not valid: the key ${problem}`);
    if (seen.has(key)) throw keyTwice('keys', key);
    seen.add(key);
  }
  return keys;
}

/** Returns the keys that follow the last one of the page before. */
function keysAfter(keys: readonly string[], after: string | undefined): readonly string[] {
  if (after === undefined) return keys;
  const place = keys.indexOf(after);
  if (place < 0) throw new BadParameters('`after` must be one of `keys`: send the same keys for each page');
  return keys.slice(place + 1);
}
