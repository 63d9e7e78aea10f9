import { getMetadataStorage, validateSync } from 'class-validator';
import fc from 'fast-check';
import { LoginDto } from '../accounts/auth.dto';
import {
  EventBatchDto,
  ProductEventDto,
  ProductPayloadDto,
  VariationPayloadDto,
} from '../contract/product-event.dto';
import type { MessageKey, MessageValues } from '../i18n/messages';
import { RetryEventsDto } from '../integrations/events/dead-letters.dto';
import { EventsFilterDto } from '../integrations/events/events.dto';
import { GenerateTokenDto, PatchTokenDto } from '../integrations/tokens/tokens.dto';
import { SearchQueryDto } from '../web-knowledge/products.dto';
import { AppError, type FieldError } from './errors';
import { checkDto, readDto } from './read-dto';
import { Choice, Flag, Integer, MayBeAbsent, OptionalField, RequiredText, Text } from './rules';

class PageDto {
  @OptionalField()
  @Integer(1, 100)
  page?: number;
}

class ShopDto extends PageDto {
  @RequiredText(10)
  name: string;

  @OptionalField()
  @Choice(['fa', 'en'])
  language?: string;

  @OptionalField()
  @Flag()
  open?: boolean;

  @OptionalField()
  @Text(5)
  constructor_name?: string;
}

class RenamedShopDto extends ShopDto {
  @RequiredText(3)
  declare name: string;
}

describe('checkDto', () => {
  it('takes the declared fields, those of the parent too, and coerces them', () => {
    const { value, errors } = checkDto(ShopDto, { name: 'کفش', page: '7', open: 'true', language: 'fa' });
    expect(errors).toEqual([]);
    expect(value).toBeInstanceOf(ShopDto);
    expect({ ...value }).toEqual({ name: 'کفش', page: 7, open: true, language: 'fa' });
  });

  it('leaves what is not declared', () => {
    const { value } = checkDto(ShopDto, { name: 'کفش', admin: true, toString: 'x', __proto__: { page: 5 } });
    expect({ ...value }).toEqual({ name: 'کفش' });
    expect(value!.page).toBeUndefined();
  });

  it('takes an object without prototype', () => {
    const given: Record<string, unknown> = Object.assign(Object.create(null), { name: 'کفش' });
    expect({ ...checkDto(ShopDto, given).value }).toEqual({ name: 'کفش' });
  });

  it('names each bad field with its rule and its bounds, once', () => {
    expect(checkDto(ShopDto, { name: 'x'.repeat(11), page: 0, language: 'de', open: 'no' }).errors).toEqual(
      expect.arrayContaining([
        { field: 'name', message: 'field_text_required', values: { max: 10 } },
        { field: 'page', message: 'field_integer', values: { min: 1, max: 100 } },
        { field: 'language', message: 'field_choice', values: { values: 'fa, en' } },
        { field: 'open', message: 'field_boolean', values: {} },
      ]),
    );
    expect(checkDto(ShopDto, { name: [], page: [] }).errors).toHaveLength(2);
  });

  it.each([[{}], [{ name: undefined }], [{ name: null }]])('asks for a field that %p lacks', (given) => {
    expect(checkDto(ShopDto, given).errors).toEqual([{ field: 'name', message: 'field_required' }]);
  });

  it('puts the path before each name', () => {
    expect(checkDto(ShopDto, {}, 'shop.').errors).toEqual([
      { field: 'shop.name', message: 'field_required' },
    ]);
  });

  it.each([[null], [undefined], ['x'], [5], [true], [[]], [[{ name: 'x' }]]])('refuses %p whole', (given) => {
    expect(checkDto(ShopDto, given).errors).toEqual([{ field: 'body', message: 'field_object' }]);
    expect(checkDto(ShopDto, given, 'shop.').errors).toEqual([{ field: 'shop', message: 'field_object' }]);
  });

  it('holds a narrower rule of a subclass', () => {
    expect(checkDto(RenamedShopDto, { name: 'abcd' }).errors).toMatchObject([{ field: 'name' }]);
    expect(checkDto(RenamedShopDto, { name: 'abc', page: '2' }).value).toEqual({ name: 'abc', page: 2 });
    expect(checkDto(ShopDto, { name: 'abcd' }).errors).toEqual([]);
  });

  it('does not change what it was given', () => {
    const given = Object.freeze({ name: 'کفش', page: '7' });
    checkDto(ShopDto, given);
    expect(given).toEqual({ name: 'کفش', page: '7' });
  });
});

describe('readDto', () => {
  it('returns the value', () => {
    expect(readDto(ShopDto, { name: 'کفش' })).toEqual({ name: 'کفش' });
  });

  it('throws the 400 with all bad fields', () => {
    const attempt = () => readDto(ShopDto, { page: 0 });
    expect(attempt).toThrow(AppError);
    try {
      attempt();
    } catch (error) {
      const { status, code, fields } = error as AppError;
      expect([status, code, fields.map(({ field }) => field).sort()]).toEqual([
        400,
        'validation_failed',
        ['name', 'page'],
      ]);
    }
  });
});

class TwiceRenamedShopDto extends RenamedShopDto {
  @MayBeAbsent()
  @RequiredText(2)
  declare name: string;

  @Text(2)
  @Choice(['fa', 'english'])
  declare language?: string;
}

describe('the rules that DTOs are written with', () => {
  const fieldsOf = (dto: new () => object): string[] => [
    ...new Set(
      getMetadataStorage()
        .getTargetValidationMetadatas(dto, '', false, false)
        .map(({ propertyName }) => propertyName),
    ),
  ];
  /** The errors that class-validator itself finds. */
  const errorsOf = (dto: new () => object, given: Record<string, unknown>): FieldError[] => {
    const instance = Object.assign(
      new dto(),
      Object.fromEntries(fieldsOf(dto).flatMap((field) => (field in given ? [[field, given[field]]] : []))),
    );
    return validateSync(instance, { stopAtFirstError: true, forbidUnknownValues: false }).map(
      ({ property: field, constraints, contexts, value }) => {
        const [message] = Object.keys(constraints!) as [MessageKey];
        return value === undefined || value === null
          ? { field, message: 'field_required' }
          : { field, message, values: contexts![message] as MessageValues };
      },
    );
  };
  const value = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, '', 'x', '1', 414, -1, 0.5, true, 'true', [], ['a'], [1], {}),
    fc.constantFrom<unknown>('fa', 'instock', 'publish', '850000', '2025-11-10T09:30:00Z', 'x'.repeat(600)),
    fc.constantFrom<unknown>('product.updated', 'woocommerce', 'a\0', '\ud83d', 'رنگ:مشکی', [{}], NaN),
    fc.anything(),
  );

  it.each<[string, new () => object]>(
    [
      ProductPayloadDto,
      VariationPayloadDto,
      ProductEventDto,
      EventBatchDto,
      EventsFilterDto,
      RetryEventsDto,
      GenerateTokenDto,
      PatchTokenDto,
      LoginDto,
      SearchQueryDto,
      ShopDto,
      RenamedShopDto,
      TwiceRenamedShopDto,
    ].map((dto) => [dto.name, dto]),
  )('mean in %s what class-validator takes them for', (_, dto) => {
    const fields = fieldsOf(dto);
    expect(fields.length).toBeGreaterThan(0);
    const given = fc.record(Object.fromEntries(fields.map((field) => [field, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(given, (each) => {
        expect(checkDto(dto, each).errors).toEqual(errorsOf(dto, each));
      }),
      { numRuns: 300 },
    );
  });
});
