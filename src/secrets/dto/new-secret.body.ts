import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, ValidateBy, ValidateIf } from 'class-validator';
import { KeptAsSent } from '../../api/input/kept-as-sent.decorator.js';
import { OneOf } from '../../api/input/one-of.decorator.js';
import { JsonText } from '../../api/json/json-text.js';
import { BodyRule } from '../../api/openapi/body-rule.decorator.js';
import { ANY_OBJECT, ANY_VALUE, FLAG } from '../../api/openapi/schemas.js';
import { flagOf, IsFlag } from '../../api/input/is-flag.decorator.js';
import { IsVersionCount } from '../../api/input/is-version-count.decorator.js';
import { MOST_VERSIONS } from '../../common/version-count.js';
import { ExpiresAt } from '../expiry/expires-at.decorator.js';
import { LabelsField } from '../labels/labels.decorator.js';
import type { Labels } from '../labels/labels.js';
import { descriptionProblem, LONGEST_DESCRIPTION, VISIBILITIES, type Visibility } from '../secret.js';

/** Skips the other rules where the field is left out. Null is not left out, unlike with `IsOptional`. */
function IfGiven(): PropertyDecorator {
  return ValidateIf((_body, value) => value !== undefined);
}

/** Requires JSON that is an object. */
function IsJsonObject(message: string): PropertyDecorator {
  return ValidateBy({
    name: 'isJsonObject',
    validator: {
      validate: (value: unknown) => value instanceof JsonText && value.isObject,
      defaultMessage: () => message,
    },
  });
}

/** Requires a value, of any type where there is a `schema`, or an existing secret may have one. */
function IsNewValue(): PropertyDecorator {
  return ValidateBy({
    name: 'isNewValue',
    validator: {
      validate: (value: unknown, validation) => {
        const body = validation?.object as NewSecretBody;
        if (!(value instanceof JsonText)) return false;
        if (body.schema !== undefined || flagOf(body.update_if_exists) === true) return true;
        return value.text.startsWith('"') && value.text !== '""';
      },
      defaultMessage: () => '`value` must be a string that is not empty; anything else needs a `schema`',
    },
  });
}

function ProviderName(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ type: String, required: false },
      description:
        'For clients of Cloudify; leave it out: there are no providers, so each name is answered with 404',
    }),
    IfGiven(),
    IsString({ message: '`provider_name` must be a string' }),
  );
}

function ProviderOptions(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...ANY_OBJECT, selfRequired: false, description: 'Kept sealed; `{}` takes them away' }),
    IfGiven(),
    IsJsonObject('`provider_options` must be an object'),
    KeptAsSent(),
  );
}

function Description(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ required: false, type: String, nullable: true, maxLength: LONGEST_DESCRIPTION },
      pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$',
      description:
        'What the secret is for; never sealed; without control characters but newline and tab; null clears it',
    }),
    ValidateIf((_body, value) => value !== undefined && value !== null),
    ValidateBy({
      name: 'isDescription',
      validator: {
        validate: (value: unknown) => descriptionProblem(value) === undefined,
        defaultMessage: (failed) => `\`description\` ${descriptionProblem(failed?.value) ?? 'is not valid'}`,
      },
    }),
  );
}

function MaxVersions(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ required: false, type: 'integer', nullable: true, minimum: 1, maximum: MOST_VERSIONS },
      description:
        'How many versions are kept, the current one included, within the bounds of the tenant; null leaves it to the ' +
        'setting of the tenant',
    }),
    ValidateIf((_body, value) => value !== undefined && value !== null),
    IsVersionCount(),
  );
}

/** Says when a value need not be text: with a schema, or where an existing secret may have one. */
const VALUE_RULE = {
  if: {
    not: {
      anyOf: [
        { required: ['schema'] },
        {
          required: ['update_if_exists'],
          properties: { update_if_exists: { enum: [true, 'true', 'True', 'TRUE'] } },
        },
      ],
    },
  },
  then: { properties: { value: { type: 'string', minLength: 1 } } },
};

/** Holds the body of PUT under v3. Fields beyond these are ignored, as old clients need. */
@BodyRule(VALUE_RULE)
export class NewSecretBody {
  @ApiProperty({
    ...{ ...ANY_VALUE, type: Object },
    description: 'A text, not empty; with `schema`, any JSON that satisfies it, which is kept as it is sent',
  })
  @IsNewValue()
  @KeptAsSent()
  value: JsonText;

  @ApiProperty({
    ...ANY_OBJECT,
    selfRequired: false,
    description: 'A JSON Schema (draft 7) that each value must satisfy',
  })
  @IfGiven()
  @IsJsonObject('`schema` must be an object: a JSON Schema')
  @KeptAsSent()
  schema?: JsonText;

  @ProviderName()
  provider_name?: string;

  @ProviderOptions()
  provider_options?: JsonText;

  @ApiProperty({
    ...FLAG,
    required: false,
    description: 'Whether only the creator and administrators may see the value; false if it is left out',
  })
  @IsFlag()
  is_hidden_value?: unknown;

  @ApiProperty({
    ...FLAG,
    required: false,
    description:
      'Whether a secret that is there gets the value and the options, and under `/api/v3.1` what is given of ' +
      '`description`, `expires_at`, `labels` and `max_versions`; nothing else of it changes. False if it is left out',
  })
  @IsFlag()
  update_if_exists?: unknown;

  @ApiProperty({
    ...{ type: String, enum: VISIBILITIES, required: false, nullable: true },
    description: 'Who sees it; `tenant` if it is left out',
  })
  @IsOptional()
  @OneOf(VISIBILITIES)
  visibility?: Visibility | null;
}

/** Holds the body of PUT under v3.1. */
export class NewSecretBodyV31 extends NewSecretBody {
  @Description()
  description?: string | null;

  @MaxVersions()
  max_versions?: number | null;
  @ExpiresAt()
  expires_at?: string | null;

  @LabelsField()
  labels?: Labels | null;
}

/** Holds the body of PATCH under v3: what is left out stays. */
@BodyRule({ minProperties: 1 })
export class SecretChangeBody {
  @ApiProperty({
    ...{ ...ANY_VALUE, type: Object },
    required: false,
    description: 'As in PUT, by the schema that the secret has, which may also allow null',
  })
  @IsOptional()
  @KeptAsSent()
  value?: JsonText;

  @ApiProperty({
    ...{ type: String, enum: VISIBILITIES, required: false, nullable: true },
    description: 'Can only be widened',
  })
  @IsOptional()
  @OneOf(VISIBILITIES)
  visibility?: Visibility | null;

  @ApiProperty({
    ...FLAG,
    required: false,
    description: 'Whether only the creator and administrators may see the value',
  })
  @IsFlag()
  is_hidden_value?: unknown;

  @ApiProperty({ required: false, type: String, description: 'The name of the user whose secret it becomes' })
  @IfGiven()
  @IsString({ message: '`creator` must be a string: the name of a user' })
  creator?: string;

  @ProviderName()
  provider_name?: string;

  @ProviderOptions()
  provider_options?: JsonText;
}

/** Holds the body of PATCH under v3.1. */
export class SecretChangeBodyV31 extends SecretChangeBody {
  @Description()
  description?: string | null;

  @MaxVersions()
  max_versions?: number | null;
  @ExpiresAt()
  expires_at?: string | null;

  @LabelsField()
  labels?: Labels | null;
}

/** Holds the body of PATCH `set-visibility`. */
export class SetVisibilityBody {
  @ApiProperty({ type: String, enum: ['tenant', 'global'] })
  @OneOf(['tenant', 'global'])
  visibility: Visibility;
}
