import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SHOP_API } from '../../contract/shop-api';
import { ApiErrors } from '../../http/api-docs';
import { parseBody } from '../../http/json-body';
import { AppError } from '../../validation/errors';
import { shopOf } from '../stores/shop-request';
import { StoresService } from '../stores/stores.service';
import { CurrentToken, WooCommerceTokenGuard } from '../tokens/integration-token.guard';
import { ApiSignature } from '../tokens/signature.decorator';
import type { TokenIdentity } from '../tokens/token-identity';
import { readManifest } from './manifest';
import {
  BucketComparisonDto,
  BucketManifestDto,
  EntryComparisonDto,
  EntryManifestDto,
} from './reconciliation.dto';
import { Reconciliation } from './reconciliation.service';

const REQUESTS = [BucketManifestDto, EntryManifestDto];
const ANSWERS = [BucketComparisonDto, EntryComparisonDto];

@ApiTags('woocommerce')
@ApiBearerAuth('integration-token')
@ApiSignature()
@ApiErrors(401, 403, 429)
@ApiExtraModels(...REQUESTS, ...ANSWERS)
@UseGuards(WooCommerceTokenGuard)
@Controller(SHOP_API.base)
export class ReconciliationController {
  constructor(
    private readonly stores: StoresService,
    private readonly reconciliation: Reconciliation,
  ) {}

  @Post(SHOP_API.manifest)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Compare the shop’s catalogue with ours',
    description:
      'First with `buckets`, one digest for each: the answer names those that differ. Then with `entries`, the ' +
      'products of these: the answer names those that are missing, different or orphaned. A product’s digest is the ' +
      'first 16 bytes of SHA-256, in hexadecimal, of the canonical JSON of the `product` that the webhook was sent: ' +
      'without its `date_modified`, keys sorted by their bytes, no white space, numbers as strings of their digits, ' +
      'slashes and Unicode not escaped. Its fingerprint is the first 8 bytes of SHA-256 of `id:digest`; its bucket ' +
      'is its id modulo `bucket_count`; the digest of a bucket is the XOR of its fingerprints.',
  })
  @ApiBody({ schema: { oneOf: REQUESTS.map((dto) => ({ $ref: getSchemaPath(dto) })) } })
  @ApiOkResponse({ schema: { oneOf: ANSWERS.map((dto) => ({ $ref: getSchemaPath(dto) })) } })
  @ApiErrors(400, 409, 413, 415)
  async compare(
    @CurrentToken() identity: TokenIdentity,
    @Req() request: FastifyRequest,
  ): Promise<BucketComparisonDto | EntryComparisonDto> {
    const body = parseBody(request.body);
    const manifest = readManifest(body);
    const storeId = await this.stores.find(identity, shopOf(request, body));
    if (storeId === null) throw new AppError(409, 'store_unknown');
    const scope = { userId: identity.user.id, storeId };
    if ('buckets' in manifest) {
      const found = await this.reconciliation.compareBuckets(scope, manifest);
      return {
        in_step: found.inStep,
        bucket_count: manifest.bucketCount,
        buckets: found.buckets,
        products: found.products,
        queued_events: found.queuedEvents,
      };
    }
    const { inStep, ...lists } = await this.reconciliation.compareEntries(scope, manifest);
    return { in_step: inStep, ...lists };
  }
}
