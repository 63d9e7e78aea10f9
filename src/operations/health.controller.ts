import { Controller, Get, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { HealthService, type Readiness } from './health.service';

class LiveDto {
  @ApiProperty({ example: 'ok' })
  status: string;
}

class ReadyDto implements Readiness {
  @ApiProperty({ enum: ['ok', 'degraded', 'unavailable', 'stopping'] })
  status: 'ok' | 'degraded' | 'unavailable' | 'stopping';

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { database: 'ok', queue: 'ok', embeddings: 'ok' },
    description: '`ok`, or what is wrong, by dependency',
  })
  checks: Record<string, string>;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'local-lexical-3.2.5d1c07a9@1024',
    description: 'Whose vectors answer questions',
  })
  embedder: string | null;

  @ApiProperty({ description: 'The configured embedder' })
  embedder_description: string;

  @ApiProperty({
    description: 'Chunks that await their embedding; a product whose texts are still to be cut counts as one',
    type: Number,
    nullable: true,
  })
  pending_chunks: number | null;

  @ApiProperty({ description: 'Events that await processing', type: Number, nullable: true })
  queued_events: number | null;
}

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers' })
  @ApiOkResponse({ type: LiveDto })
  live(): LiveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether all that is needed answers, and which does not' })
  @ApiOkResponse({ type: ReadyDto })
  @ApiServiceUnavailableResponse({ type: ReadyDto })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadyDto> {
    const readiness = await this.health.readiness();
    if (readiness.status === 'unavailable' || readiness.status === 'stopping') reply.status(503);
    return readiness;
  }
}
