import { AppError } from './errors';
import { checkDto, readDto } from './read-dto';
import { Choice, Flag, Integer, OptionalField, RequiredText, Text } from './rules';

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
