import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ILike, Raw, Repository, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { AccountsService } from '../../accounts/accounts.service';
import { ownedBy } from '../../accounts/ownership';
import type { User } from '../../accounts/user.entity';
import { containing } from '../../database/like-pattern';
import type { Slice } from '../../http/page';
import { AppError, forbidden, invalidField, notFound } from '../../validation/errors';
import { siteKey } from '../stores/site-key';
import { StoresService } from '../stores/stores.service';
import { IntegrationToken } from './integration-token.entity';
import { generateTokenSecret } from './token-secret';
import type { GenerateTokenDto, PatchTokenDto, TokensQueryDto, TokenStatus } from './tokens.dto';
import { UsageCounter } from './usage-counter.service';

export interface TokenWithSecret {
  token: IntegrationToken;
  secret: string;
}

/** Integration tokens as their owner or an admin manages them. The acting user comes first everywhere. */
@Injectable()
export class TokensService {
  constructor(
    @InjectRepository(IntegrationToken) private readonly tokens: Repository<IntegrationToken>,
    private readonly accounts: AccountsService,
    private readonly stores: StoresService,
    private readonly usage: UsageCounter,
  ) {}

  /** The latest first. */
  async list(actor: User, filter: TokensQueryDto, slice: Slice): Promise<[IntegrationToken[], number]> {
    await this.usage.flush();
    return this.tokens.findAndCount({
      where: matching(actor, filter),
      relations: { user: true },
      order: { id: 'DESC' },
      take: slice.limit,
      skip: slice.offset,
    });
  }

  /** @throws AppError 404 also for another user's token */
  async find(actor: User, id: number): Promise<IntegrationToken> {
    await this.usage.flush();
    const token = await this.tokens.findOne({ where: { ...ownedBy(actor), id }, relations: { user: true } });
    if (!token) throw notFound();
    return token;
  }

  async generate(actor: User, request: GenerateTokenDto): Promise<TokenWithSecret> {
    const owner = await this.ownerFor(actor, request.user_id);
    assertMayLimit(actor, request.rate_limit_per_minute);
    assertFuture(request.expires_at);
    // A new token has no key yet. Said rather than ignored: nobody should believe it protected.
    if (request.require_signature) throw signingKeyNeeded();
    const site = siteKey(request.store_url);
    if (request.store_url && site === null) throw invalidField('store_url', 'field_url');
    const created = await this.tokens.manager.transaction((manager) =>
      this.create(manager, owner, request, site),
    );
    return { token: await this.find(actor, created.id), secret: created.secret };
  }

  /** Inserts a token within a transaction of the caller's. */
  async create(
    manager: EntityManager,
    owner: User,
    request: GenerateTokenDto,
    site: string | null,
  ): Promise<{ id: number; secret: string }> {
    const secret = generateTokenSecret();
    const { integration_type: integrationType, name } = request;
    const inserted = await manager.insert(IntegrationToken, {
      userId: owner.id,
      integrationType,
      name: name.trim(),
      tokenHash: secret.hash,
      tokenPreview: secret.preview,
      allowedIps: request.allowed_ips || [],
      expiresAt: request.expires_at || null,
      rateLimitPerMinute: request.rate_limit_per_minute || null,
    });
    const id = inserted.identifiers[0]!.id as number;
    if (site) {
      await this.stores.bind(manager, { userId: owner.id, tokenId: id, platform: integrationType }, site);
    }
    return { id, secret: secret.token };
  }

  async patch(actor: User, id: number, request: PatchTokenDto): Promise<IntegrationToken> {
    const token = await this.find(actor, id);
    assertMayLimit(actor, request.rate_limit_per_minute);
    const changes: Partial<IntegrationToken> = {};
    if (request.name !== undefined) changes.name = request.name.trim();
    if (request.is_active !== undefined) changes.isActive = request.is_active;
    if (request.allowed_ips !== undefined) changes.allowedIps = request.allowed_ips || [];
    if (request.expires_at !== undefined) {
      assertFuture(request.expires_at);
      changes.expiresAt = request.expires_at || null;
    }
    if (request.rate_limit_per_minute !== undefined) {
      changes.rateLimitPerMinute = request.rate_limit_per_minute || null;
    }
    if (request.require_signature !== undefined) {
      if (request.require_signature && token.signingKeys === 0) throw signingKeyNeeded();
      changes.requireSignature = request.require_signature;
    }
    if (Object.keys(changes).length > 0) await this.update(token, changes);
    return this.find(actor, id);
  }

  async deactivate(actor: User, id: number): Promise<void> {
    await this.update(await this.find(actor, id), { isActive: false });
  }

  /** Gives the token a new secret; the old one is refused from now on. Store, name and counts stay. */
  async rotate(actor: User, id: number): Promise<TokenWithSecret> {
    const secret = generateTokenSecret();
    await this.update(await this.find(actor, id), { tokenHash: secret.hash, tokenPreview: secret.preview });
    return { token: await this.find(actor, id), secret: secret.token };
  }

  private async update({ userId, id }: IntegrationToken, changes: Partial<IntegrationToken>): Promise<void> {
    await this.tokens.createQueryBuilder().update().set(changes).where({ userId, id }).execute();
  }

  private async ownerFor(actor: User, userId: number | undefined): Promise<User> {
    if (!userId || userId === actor.id) return actor;
    if (!actor.isStaff) throw forbidden();
    const owner = await this.accounts.find(userId);
    if (!owner) throw invalidField('user_id', 'field_unknown_user');
    return owner;
  }
}

/** Each token has one of these. */
const WITH_STATUS: Record<TokenStatus, FindOptionsWhere<IntegrationToken>> = {
  active: { isActive: true, expiresAt: Raw((column) => `(${column} IS NULL OR ${column} > now())`) },
  expired: { isActive: true, expiresAt: Raw((column) => `${column} <= now()`) },
  inactive: { isActive: false },
};

/** One of these conditions must hold. */
function matching(
  actor: User,
  { user_id: userId, status, search }: TokensQueryDto,
): FindOptionsWhere<IntegrationToken>[] {
  const all = { ...ownedBy(actor, userId), ...(status && WITH_STATUS[status]) };
  if (!search) return [all];
  const found = ILike(containing(search));
  return [
    { ...all, name: found },
    { ...all, tokenPreview: found },
    { ...all, user: { email: found } },
  ];
}

const signingKeyNeeded = () => new AppError(409, 'signing_key_needed');

/** Limits protect the installation from its users: staff alone set them. */
function assertMayLimit(actor: User, rateLimit: number | null | undefined): void {
  if (rateLimit !== undefined && !actor.isStaff) throw forbidden();
}

function assertFuture(expiresAt: Date | null | undefined): void {
  if (expiresAt && expiresAt.getTime() <= Date.now()) throw invalidField('expires_at', 'field_future');
}
