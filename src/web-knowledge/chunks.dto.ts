import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageDto, PageQueryDto } from '../http/page';
import { CHUNK_STATUSES, type ChunkStatus } from '../knowledge/embedding/chunk.entity';
import { Choice, Integer, OptionalField, Text } from '../validation/rules';

export class ChunkOwnerDto {
  @ApiPropertyOptional({ description: 'Staff: of this user only', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;
}

export class ChunksFilterDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Staff: of this user only', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;

  @ApiPropertyOptional({ enum: CHUNK_STATUSES })
  @OptionalField()
  @Choice(CHUNK_STATUSES)
  status?: ChunkStatus;

  @ApiPropertyOptional({ description: 'Id of a product', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  product_id?: number;

  @ApiPropertyOptional({ description: 'Id of a shop', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  store_id?: number;

  @ApiPropertyOptional({ description: "In its text or its product's title" })
  @OptionalField()
  @Text(200)
  search?: string;
}

export class ChunkDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 1 })
  user: number;

  @ApiProperty({ example: 1 })
  product: number;

  @ApiProperty({ example: 'کفش اسپرت مردانه' })
  product_title: string;

  @ApiProperty({ example: 'product' })
  chunk_type: string;

  @ApiProperty()
  text: string;

  @ApiProperty({ example: 120, description: "By the embedding model's tokenizer" })
  token_count: number;

  @ApiProperty({ enum: CHUNK_STATUSES })
  status: ChunkStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it was refused, or has not been embedded yet',
  })
  error_message: string | null;

  @ApiProperty({ example: 1 })
  attempts: number;

  @ApiProperty({ type: String, nullable: true, example: 'text-embedding-3-small@1536' })
  embedding_model: string | null;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({ type: Date, nullable: true })
  embedded_at: Date | null;
}

export class ChunkPageDto extends PageDto(ChunkDto) {}

export class ChunksRetryDto {
  @ApiProperty({ example: 'queued' })
  status: 'queued';

  @ApiProperty()
  message: string;

  @ApiProperty({ example: 3, description: 'Chunks' })
  count: number;
}

class BuildingDto {
  @ApiProperty({ example: 'text-embedding-3-large@3072' })
  embedder: string;

  @ApiProperty({ description: 'Active products whose chunks were made' })
  products_done: number;

  @ApiProperty()
  products: number;

  @ApiProperty()
  chunks_embedded: number;

  @ApiProperty()
  chunks_failed: number;

  @ApiProperty()
  chunks: number;
}

class UsageDto {
  @ApiProperty({ example: '2026-01-31' })
  day: string;

  @ApiProperty({ example: 'text-embedding-3-small@1536' })
  embedder: string;

  @ApiProperty({ example: 'changed', description: 'created, changed, reembed, retry, or question' })
  reason: string;

  @ApiProperty({ description: 'One that carries texts of two reasons counts for both' })
  requests: number;

  @ApiProperty()
  texts: number;

  @ApiProperty()
  tokens: number;

  @ApiProperty({ description: 'Texts whose vector was known' })
  cached: number;

  @ApiProperty()
  rejected: number;
}

export class EmbeddingsDto {
  @ApiProperty({ type: String, nullable: true, description: 'Whose vectors answer questions' })
  embedder: string | null;

  @ApiProperty({ description: 'What the configuration asks for' })
  configured: string;

  @ApiProperty({ type: BuildingDto, nullable: true, description: 'What is to follow, while it is made' })
  building: BuildingDto | null;

  @ApiProperty()
  pending_chunks: number;

  @ApiProperty()
  failed_chunks: number;

  @ApiProperty({ type: [UsageDto], description: 'Of 30 days, the latest first' })
  usage: UsageDto[];
}
