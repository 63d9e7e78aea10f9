import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { ProductAttribute } from '../contract/product-event';
import type { StockStatus } from '../contract/shop-api';
import type { Offer } from './product-state';

export const EXTERNAL_SOURCES = ['woocommerce', 'shopify', 'manual'] as const;
export type ExternalSource = (typeof EXTERNAL_SOURCES)[number];

/** A product as its shop last said it. Money is a decimal string. */
@Entity('products')
@Unique('products_external_key', ['userId', 'storeId', 'externalSource', 'externalId'])
@Index('products_created_idx', ['userId', 'createdAt', 'id'])
@Index('products_updated_idx', ['userId', 'updatedAt', 'id'])
@Index('products_price_idx', ['userId', 'price', 'id'])
@Index('products_title_idx', { synchronize: false })
@Index('products_manifest_idx', { synchronize: false })
export class Product {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'products_pkey' })
  userId: number;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'products_pkey',
  })
  id: number;

  @Column('bigint')
  storeId: number;

  @Column('text')
  externalSource: ExternalSource;

  /** `woo_` and the shop's product id. */
  @Column('text')
  externalId: string;

  @Column('text')
  title: string;

  @Column('text')
  productType: string;

  @Column('text', { default: '' })
  shortDescription: string;

  @Column('text', { default: '' })
  description: string;

  @Column('text', { nullable: true })
  link: string | null;

  /** What a buyer pays now; of variations, the lowest. */
  @Column('numeric', { nullable: true })
  price: string | null;

  /** Of variations, the highest price; else equal to `price`. */
  @Column('numeric', { nullable: true })
  priceMax: string | null;

  /** Whether price and stock are those of its variations. */
  @Column('boolean', { default: false })
  varies: boolean;

  /** What the shop says of the product itself, where it has variations. */
  @Column('jsonb', { nullable: true, select: false })
  ownOffer: Offer | null;

  /** The moment of the latest list of its variations. */
  @Column('jsonb', { nullable: true, select: false })
  listedMoment: unknown;

  /** The regular price while on sale, else null. */
  @Column('numeric', { nullable: true })
  originalPrice: string | null;

  @Column('text', { nullable: true })
  currency: string | null;

  /** The first of `categories`. */
  @Column('text', { nullable: true })
  category: string | null;

  @Column('text', { array: true, default: () => "'{}'" })
  categories: string[];

  @Column('text', { nullable: true })
  brand: string | null;

  @Column('text', { array: true, default: () => "'{}'" })
  tags: string[];

  @Column('text', { nullable: true })
  sku: string | null;

  @Column('jsonb', { default: () => "'[]'" })
  attributes: ProductAttribute[];

  /** Written by the version before `product_variations` alone; goes once no such process can be running. */
  @Column({
    type: 'jsonb',
    name: 'variations',
    default: () => "'[]'",
    select: false,
    insert: false,
    update: false,
  })
  formerVariations: unknown;

  @Column('boolean', { default: true })
  isActive: boolean;

  @Column('boolean', { default: true })
  inStock: boolean;

  @Column('text', { default: 'instock' })
  stockStatus: StockStatus;

  @Column('numeric', { nullable: true })
  stockQuantity: string | null;

  @Column('text', { nullable: true })
  mainImage: string | null;

  @Column('text', { array: true, default: () => "'{}'" })
  images: string[];

  @Column('text')
  extractionMethod: string;

  /** Of what is embedded: a change of it renews the knowledge. */
  @Column('text')
  contentHash: string;

  /** Of what is only joined to answers: price, stock, link, images. */
  @Column('text')
  offerHash: string;

  /** Of the product as its shop sent it: see `contract/product-digest.ts`. Null since a deletion, or before digests were. */
  @Column('text', { nullable: true, select: false })
  payloadDigest: string | null;

  /** Of its id and digest, 64 bits. */
  @Column('bigint', { nullable: true, select: false })
  fingerprint: string | null;

  /** The moment of the last applied change; see `contract/change-order.ts`. */
  @Column('timestamptz')
  changedAt: Date;

  @Column('boolean')
  changedOnArrival: boolean;

  @Column('boolean')
  changedByDeletion: boolean;

  @Column('bigint')
  changedByEvent: number;

  @Column('integer', { default: 0 })
  changedEpoch: number;

  /** When the shop last said anything about it that was applied. */
  @Column('timestamptz')
  lastSyncAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}
