import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { STOCK_STATUSES, type StockStatus } from '../contract/shop-api';
import { PageDto, PageQueryDto } from '../http/page';
import {
  AttributeFilters,
  Choice,
  Decimal,
  Flag,
  Integer,
  OptionalField,
  RequiredText,
  Text,
} from '../validation/rules';
import {
  EXACTNESS,
  VECTOR_STATES,
  type Exactness,
  type VectorState,
} from '../knowledge/search/search-explanation';
import { EXTERNAL_SOURCES, type ExternalSource } from './product.entity';

const ORDERINGS = ['created_at', 'updated_at', 'price', 'title'].flatMap((field) => [field, `-${field}`]);

/** Whose products. */
export class ProductOwnerDto {
  @ApiPropertyOptional({ description: 'Staff: those of this user instead of their own', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;
}

export class ProductStatsQueryDto extends ProductOwnerDto {
  @ApiPropertyOptional({ description: 'Id of a shop', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  store_id?: number;
}

export class ProductsFilterDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Staff: those of this user instead of their own', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;

  @ApiPropertyOptional({ description: 'Id of a shop', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  store_id?: number;

  @ApiPropertyOptional({ enum: EXTERNAL_SOURCES })
  @OptionalField()
  @Choice(EXTERNAL_SOURCES)
  external_source?: ExternalSource;

  @ApiPropertyOptional({ example: 'simple' })
  @OptionalField()
  @Text(50)
  product_type?: string;

  @ApiPropertyOptional({ description: 'Name of a category; spelling variants meet' })
  @OptionalField()
  @Text(500)
  category?: string;

  @ApiPropertyOptional()
  @OptionalField()
  @Text(500)
  brand?: string;

  @ApiPropertyOptional()
  @OptionalField()
  @Text(500)
  tag?: string;

  @ApiPropertyOptional({ type: Boolean })
  @OptionalField()
  @Flag()
  is_active?: boolean;

  @ApiPropertyOptional({ type: Boolean })
  @OptionalField()
  @Flag()
  in_stock?: boolean;

  @ApiPropertyOptional({ type: Boolean })
  @OptionalField()
  @Flag()
  has_discount?: boolean;

  @ApiPropertyOptional({ type: String, example: '500000' })
  @OptionalField()
  @Decimal()
  min_price?: string;

  @ApiPropertyOptional({ type: String, example: '1000000' })
  @OptionalField()
  @Decimal()
  max_price?: string;

  @ApiPropertyOptional({ example: 'IRT' })
  @OptionalField()
  @Text(10)
  currency?: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['رنگ:مشکی', 'سایز:42'],
    description:
      'Attributes as name:value, all of them; of a product with variations one variation must have them, and the ' +
      'price, discount and stock that are asked for. Spelling variants and digits of either script meet',
  })
  @OptionalField()
  @AttributeFilters(20, 1000)
  attribute?: string[];
}

export class ProductsQueryDto extends ProductsFilterDto {
  @ApiPropertyOptional({
    description: 'Words that title, descriptions, category, brand or SKU have, all of them',
  })
  @OptionalField()
  @Text(200)
  search?: string;

  @ApiPropertyOptional({ enum: ORDERINGS, default: '-created_at' })
  @OptionalField()
  @Choice(ORDERINGS)
  ordering?: string;
}

export class SearchQueryDto extends ProductsFilterDto {
  @ApiProperty({ example: 'کفش ورزشی مردانه', description: 'What a buyer asks' })
  @RequiredText(10_000)
  q: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 50, default: 10, type: Number })
  @OptionalField()
  @Integer(1, 50)
  limit?: number;

  @ApiPropertyOptional({
    type: Boolean,
    default: true,
    description: 'Whether prices that the question says in words become a filter',
  })
  @OptionalField()
  @Flag()
  interpret?: boolean;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Whether the answer says how it came about: `explanation`, of the whole and of each result',
  })
  @OptionalField()
  @Flag()
  explain?: boolean;
}

const moneyText = { type: String, nullable: true, example: '850000.00' } as const;

class DiscountInfoDto {
  @ApiProperty({ example: '950000.00' })
  original_price: string;

  @ApiProperty({ example: '850000.00' })
  final_price: string;

  @ApiProperty({ example: '100000.00' })
  amount: string;

  @ApiProperty({ example: 10.53 })
  percentage: number;

  @ApiProperty({ example: '10.53% off (100000.00 Toman)' })
  text: string;
}

class VariationAttributeDto {
  @ApiProperty({ example: 'سایز' })
  name: string;

  @ApiProperty({ example: '42' })
  option: string;
}

/** One variation; of one of which only the id is known yet, all else is null. */
export class VariationDto {
  @ApiProperty({ example: 415, oneOf: [{ type: 'number' }, { type: 'string' }] })
  id: number | string;

  @ApiProperty({ type: String, nullable: true, example: 'NK-42-B' })
  sku: string | null;

  @ApiProperty({
    type: [VariationAttributeDto],
    description: 'What tells it from the others; an attribute that is missing stands for any',
  })
  attributes: VariationAttributeDto[];

  @ApiProperty({ ...moneyText, description: 'What a buyer pays now' })
  price: string | null;

  @ApiProperty({ ...moneyText, description: 'The regular price while on sale' })
  original_price: string | null;

  @ApiProperty()
  has_discount: boolean;

  @ApiProperty({ type: Boolean, nullable: true })
  in_stock: boolean | null;

  @ApiProperty({ enum: STOCK_STATUSES, nullable: true })
  stock_status: StockStatus | null;

  @ApiProperty({ type: Number, nullable: true })
  stock_quantity: number | null;

  @ApiProperty({ type: Boolean, nullable: true, description: 'Whether its owner sells it' })
  is_active: boolean | null;

  @ApiProperty({ type: String, nullable: true })
  image: string | null;

  @ApiProperty({ type: String, nullable: true })
  link: string | null;
}

class AttributeDto {
  @ApiProperty({ example: 'رنگ' })
  name: string;

  @ApiProperty({ type: [String], example: ['مشکی'] })
  options: string[];
}

export class ProductDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty()
  title: string;

  @ApiProperty({ example: 'simple' })
  product_type: string;

  @ApiProperty({ example: 'Simple' })
  product_type_display: string;

  @ApiProperty({ description: 'As the shop sent it, HTML included' })
  short_description: string;

  @ApiProperty({ description: 'As the shop sent it, HTML included' })
  description: string;

  @ApiProperty({ type: String, nullable: true })
  link: string | null;

  @ApiProperty()
  has_link: boolean;

  @ApiProperty({ ...moneyText, description: 'What a buyer pays now; of variations, the lowest' })
  price: string | null;

  @ApiProperty({ ...moneyText, description: 'Lowest price of its variations; else `price`' })
  price_min: string | null;

  @ApiProperty({
    ...moneyText,
    example: '1200000.00',
    description: 'Highest price of its variations; else `price`',
  })
  price_max: string | null;

  @ApiProperty({ ...moneyText, description: 'The regular price while on sale' })
  original_price: string | null;

  @ApiProperty({ ...moneyText, description: 'While on sale, equal to `price`' })
  sale_price: string | null;

  @ApiProperty(moneyText)
  final_price: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'IRT' })
  currency: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'تومان' })
  currency_display: string | null;

  @ApiProperty()
  has_discount: boolean;

  @ApiProperty({ type: Number, nullable: true, example: 10.53 })
  discount_percentage: number | null;

  @ApiProperty(moneyText)
  discount_amount: string | null;

  @ApiProperty({ type: DiscountInfoDto, nullable: true })
  discount_info: DiscountInfoDto | null;

  @ApiProperty({ type: String, nullable: true, description: 'The first of `categories`' })
  category: string | null;

  @ApiProperty({ type: [String] })
  categories: string[];

  @ApiProperty({ type: String, nullable: true })
  brand: string | null;

  @ApiProperty({ type: [String] })
  tags: string[];

  @ApiProperty({ example: 'ورزشی، تابستانه' })
  tags_display: string;

  @ApiProperty({ type: [String], description: 'Attributes as lines' })
  features: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Attributes by name',
  })
  specifications: Record<string, string>;

  @ApiProperty()
  is_active: boolean;

  @ApiProperty({ description: 'Of variations, whether any is' })
  in_stock: boolean;

  @ApiProperty({ type: Number, nullable: true })
  stock_quantity: number | null;

  @ApiProperty({ description: 'Whether a buyer chooses among variations, whose prices and stock these are' })
  has_variations: boolean;

  @ApiProperty({ type: String, nullable: true })
  main_image: string | null;

  @ApiProperty({ type: [String] })
  images: string[];

  @ApiProperty({ example: 'woo_414' })
  external_id: string;

  @ApiProperty({ enum: EXTERNAL_SOURCES })
  external_source: ExternalSource;

  @ApiProperty({ example: 'woocommerce' })
  extraction_method: string;

  @ApiProperty()
  is_auto_extracted: boolean;

  @ApiProperty()
  created_at: Date;

  @ApiProperty()
  updated_at: Date;
}

class ExtractionMetadataDto {
  @ApiProperty({ example: 414, oneOf: [{ type: 'number' }, { type: 'string' }] })
  woo_product_id: number | string;

  @ApiProperty({ type: String, nullable: true })
  sku: string | null;

  @ApiProperty()
  content_hash: string;

  @ApiProperty()
  last_sync_at: Date;

  @ApiProperty({ description: 'Id of the shop among those of its user' })
  store_id: number;
}

export class ProductDetailDto extends ProductDto {
  @ApiProperty({ type: ExtractionMetadataDto })
  extraction_metadata: ExtractionMetadataDto;

  @ApiProperty({ type: [AttributeDto] })
  attributes: AttributeDto[];

  @ApiProperty({ type: [VariationDto], description: "In the shop's order" })
  variations: VariationDto[];
}

export class ProductPageDto extends PageDto(ProductDto) {}

class PriceRangeDto {
  @ApiProperty({ ...moneyText, description: 'Lowest' })
  min: string | null;

  @ApiProperty({ ...moneyText, description: 'Highest' })
  max: string | null;
}

export class ProductStatsDto {
  @ApiProperty()
  total: number;

  @ApiProperty()
  active: number;

  @ApiProperty({ description: 'Active and in stock' })
  in_stock: number;

  @ApiProperty({ description: 'Active and on sale' })
  with_discount: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' } })
  by_source: Record<string, number>;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' }, description: 'By first category' })
  by_category: Record<string, number>;

  @ApiProperty({ type: PriceRangeDto, description: 'Of active products' })
  price_range: PriceRangeDto;

  @ApiProperty({ description: 'Active products of which every chunk has its embedding' })
  searchable: number;
}

class ScoresDto {
  @ApiProperty({ description: 'By which the hits are ordered' })
  combined: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Cosine similarity' })
  vector: number | null;

  @ApiProperty({
    description:
      "Share of the question that the product's words answer, by how rare they are in the shop: 0 to 1",
  })
  lexical: number;
}

class HitChunkDto {
  @ApiProperty()
  id: number;

  @ApiProperty({ example: 'product' })
  chunk_type: string;

  @ApiProperty()
  text: string;

  @ApiProperty({ description: 'Its first sentences, for a card' })
  tldr: string;
}

class InterpretedDto {
  @ApiProperty({ ...moneyText, description: 'Lowest price that was asked for' })
  min_price: string | null;

  @ApiProperty({ ...moneyText, description: 'Highest price that was asked for' })
  max_price: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'IRT',
    description:
      "Of both prices: products in rial and toman are compared with either (1 toman is 10 rial), others with their own. Null where the question named none: toman in Iran's shops, elsewhere the product's own",
  })
  currency: string | null;

  @ApiProperty({ example: 'زیر ۱۰ میلیون تومن', description: 'What was understood as a price' })
  words: string;

  @ApiProperty({ example: 'گوشی', description: 'What was searched for' })
  question: string;
}

class MatchedWordDto {
  @ApiProperty({ example: 'کفش', description: 'A word of the question, as it is searched for' })
  word: string;

  @ApiProperty({ description: 'How well and where the product has it: 1 for the word itself in a title' })
  strength: number;
}

export class HitExplanationDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Place by words, from 1; null where not found by them',
  })
  word_rank: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Place by vector, from 1; null where not among the nearest',
  })
  vector_rank: number | null;

  @ApiProperty({ type: [MatchedWordDto], description: 'Words of the question that the product has' })
  matched: MatchedWordDto[];

  @ApiProperty({
    enum: EXACTNESS,
    description: 'Whether the question is its SKU or title, or names its model; this goes before all else',
  })
  exact: Exactness;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Whether it is of the kind that the question names; null where not found by words',
  })
  is_named: boolean | null;

  @ApiProperty({
    description: "Of the best hit's merit by words, what it has for sharing a category with that",
  })
  category_share: number;
}

class AskedWordDto {
  @ApiProperty({ example: 'کفش' })
  word: string;

  @ApiProperty({ description: 'How much of the question it is: 0 to 1, by how rare it is in the shop' })
  share: number;

  @ApiProperty({ description: 'What is wanted; the other words add to it' })
  is_head: boolean;

  @ApiProperty({ description: 'Whether the shop has it, as asked or otherwise worded' })
  is_known: boolean;
}

export class SearchExplanationDto {
  @ApiProperty({ type: [AskedWordDto], description: 'The words that were searched for' })
  words: AskedWordDto[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { in_stock: true },
    description: 'The filters of the request that narrowed the answer',
  })
  filters: Record<string, unknown>;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Whose vectors were compared; null where none were',
  })
  embedder: string | null;

  @ApiProperty({
    enum: VECTOR_STATES,
    description:
      '`unavailable`: the embedding service did not answer; `unused`: there was nothing to compare',
  })
  vector: VectorState;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Cosine similarity below which a product is not found by its vector alone',
  })
  floor: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Cosine similarity from which there is an answer, whatever the words',
  })
  confident: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Share of the question that a product must have for there to be an answer by words',
  })
  required_coverage: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'The highest cosine similarity' })
  best_similarity: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'The highest share of the question' })
  best_coverage: number | null;

  @ApiProperty({ description: 'Products considered by words' })
  word_candidates: number;

  @ApiProperty({ description: 'Products considered by vector' })
  vector_candidates: number;
}

class HitDto {
  @ApiProperty({ type: ProductDto, description: 'As the shop last said it' })
  product: ProductDto;

  @ApiProperty({
    type: VariationDto,
    nullable: true,
    description:
      'The variation that the question asks for by attributes or SKU, of several the one in stock, then the cheapest. ' +
      'Null where it asks for none, or for one that there is not',
  })
  variation: VariationDto | null;

  @ApiProperty({
    type: [VariationAttributeDto],
    description: 'The attributes of variations that the question asks for, as the shop writes them',
  })
  asked_attributes: VariationAttributeDto[];

  @ApiProperty({ type: HitChunkDto })
  chunk: HitChunkDto;

  @ApiProperty({ description: 'When its shop last said it' })
  as_of: Date;

  @ApiProperty({ description: '`scores.combined`' })
  score: number;

  @ApiProperty({ type: ScoresDto })
  scores: ScoresDto;

  @ApiPropertyOptional({ type: HitExplanationDto, description: 'With `explain=true`' })
  explanation?: HitExplanationDto;
}

export class SearchAnswerDto {
  @ApiProperty()
  query: string;

  @ApiProperty({ description: 'Number of `results`' })
  count: number;

  @ApiProperty({ description: 'When the answer was read' })
  as_of: Date;

  @ApiProperty({
    type: InterpretedDto,
    nullable: true,
    description:
      'The price that the question said in words, and that the results keep to; `interpret=false` turns it off',
  })
  interpreted: InterpretedDto | null;

  @ApiProperty({ type: [HitDto] })
  results: HitDto[];

  @ApiPropertyOptional({ type: SearchExplanationDto, description: 'With `explain=true`' })
  explanation?: SearchExplanationDto;
}
