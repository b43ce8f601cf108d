import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateBy, ValidateIf } from 'class-validator';
import { strongTags } from '../../../api/conditions/conditions.decorator.js';
import { inputOfJson } from '../../../api/input/input-of.js';
import { ItemsReadBy } from '../../../api/input/kept-as-sent.decorator.js';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import type { SplitJson } from '../../../api/json/json-members.js';
import { NAME } from '../../../api/openapi/schemas.js';
import { DomainError } from '../../../common/domain-error.js';
import { BadParameters } from '../../../common/errors.js';
import { nameProblem } from '../../../common/names/resource-name.js';
import { NewSecretBodyV31 } from '../../dto/new-secret.body.js';
import { toCreateInput } from '../../secret-input.js';
import { keyTwice, MOST_SECRETS } from '../bulk-errors.js';
import { BULK_MODES, type BulkMode, type BulkWriteItem } from '../bulk-write.service.js';

const ITEMS = `\`items\` must be an array of 1 to ${MOST_SECRETS} secrets`;

/** Describes one write: the body of a PUT with the key. Whatever a PUT takes, this takes. */
class BulkWriteItemBody extends NewSecretBodyV31 {
  @ApiProperty(NAME)
  @ValidateBy({
    name: 'isKey',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && nameProblem(value) === undefined,
      defaultMessage: (failed) => keyProblem(failed?.value),
    },
  })
  key: string;

  @ApiProperty({
    ...{ type: String, required: false, example: '"0196….7.0197…"' },
    description: 'What `If-Match` is for a PUT: tags as `etag` gives them, with their quotes, or `*`',
  })
  @ValidateIf((_body, value) => value !== undefined)
  @ValidateBy({
    name: 'isIfMatch',
    validator: {
      validate: (value: unknown) => typeof value === 'string',
      defaultMessage: () => '`if_match` must be a string: the `ETag` of a read, with its quotes',
    },
  })
  if_match?: string;
}

/** Says what is written, and whether all of it or each for itself. */
export class BulkWriteBody {
  @ApiProperty({
    ...{ type: String, enum: BULK_MODES },
    description:
      '`all_or_nothing`: in one transaction, or not at all. `each`: every secret for itself; look at `outcome`',
  })
  @OneOf(BULK_MODES)
  mode: BulkMode;

  @ApiProperty({
    ...{ type: [BulkWriteItemBody], minItems: 1, maxItems: MOST_SECRETS },
    description: 'Each key once',
  })
  @ArrayMinSize(1, { message: ITEMS })
  @ArrayMaxSize(MOST_SECRETS, { message: ITEMS })
  @IsArray({ message: ITEMS })
  @ItemsReadBy(readItem)
  items: readonly WriteItem[];
}

/** Holds the JSON of an item, and the key that it gives. */
interface WriteItem {
  readonly json: string;
  readonly key: string | undefined;
}

/** @throws BadParameters for anything but objects with different keys */
export function toBulkWriteInput({ mode, items }: BulkWriteBody): {
  readonly mode: BulkMode;
  readonly items: readonly BulkWriteItem[];
} {
  const seen = new Set<string>();
  for (const [index, { json, key }] of items.entries()) {
    if (!json.startsWith('{')) throw new BadParameters(`\`items[${index}]\` must be an object`);
    if (key === undefined) continue;
    if (seen.has(key)) throw keyTwice('items', key);
    seen.add(key);
  }
  return { mode, items: items.map(toItem) };
}

/** Reads an item as the body of a PUT. What is wrong with it concerns this item alone. */
function toItem({ json, key }: WriteItem): BulkWriteItem {
  try {
    const body = inputOfJson(BulkWriteItemBody, json);
    const ifMatch = body.if_match === undefined ? undefined : strongTags(body.if_match, 'if_match');
    return { key: body.key, input: toCreateInput(body), conditions: { ifMatch } };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { key, problem: error };
  }
}

function readItem(json: SplitJson): WriteItem {
  const part = json.parts.find(({ name }) => name === 'key');
  const key: unknown = part && JSON.parse(json.textOf(part));
  const isKey = typeof key === 'string' && nameProblem(key) === undefined;
  return { json: json.text, key: isKey ? key : undefined };
}

function keyProblem(key: unknown): string {
  return typeof key === 'string'
    ? `Secret key: ${nameProblem(key) ?? 'is not valid'}`
    : '`key` must be a string';
}
