import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { PinoLogger } from 'nestjs-pino';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { Config } from '../config/config';
import { withoutLogContext } from '../logging/log-context';
import { HttpMetrics } from '../telemetry/http.metrics';
import { tooMany } from '../validation/errors';
import { addressKey } from './address-key';
import { rateLimitHeaders, type Answerable } from './rate-limit-headers';

/** No request waits longer than this for a count. */
const COMMAND_TIMEOUT_MS = 150;
/** How long counts stay in memory after Redis has failed, before it is asked again. */
const REST_MS = 2000;
const CONNECT_TIMEOUT_MS = 2000;
/** A connection whose other end has vanished without a word is given up. */
const SOCKET_TIMEOUT_MS = 10_000;
const MINUTE = 60;
/**
 * While more than this share of a limit, and more than so many requests, are left, a request need not wait for its count:
 * what other processes let pass meanwhile is far less.
 */
const AMPLE = { share: 0.1, requests: 100 };
/** For how long what Redis said of a count is good for that. */
const FORESIGHT_MS = 1000;
const FORESEEN_KEYS = 10_000;
/** In a flood so long passes between two commands to Redis of one count. */
const TELLING_MS = 10;

/** So many requests of one key in a window, which begins with its first. */
export interface RateLimit {
  /** Stable: clients see it in the headers, and counts are kept by it. */
  name: 'token' | 'user' | 'refused' | 'login' | 'login-address';
  requests: number;
  windowSeconds: number;
  /** Whether who goes over it is refused for a whole window from then on, rather than for the rest of this one. */
  blocks?: boolean;
}

export interface Allowance {
  limit: RateLimit;
  allowed: boolean;
  /** Requests left in the window. */
  remaining: number;
  resetSeconds: number;
}

/** What is known of one count. */
interface Foreseen {
  /** Those that the count has or will have. */
  consumed: number;
  /** Of them those that it has not been told of. */
  untold: number;
  isTelling: boolean;
  knownAt: number;
  resetAt: number;
}

interface Counters {
  memory: RateLimiterAbstract;
  redis: RateLimiterAbstract | null;
}

/**
 * Counts requests: in Redis, where all processes share the counts, else in memory. Redis may be away, hang or refuse
 * writes: then counts are kept in the memory of each process until it is back, since a limit is no reason to fail.
 */
@Injectable()
export class RateLimits implements OnModuleInit, OnApplicationShutdown {
  private readonly redis: Redis | null;
  private readonly counters = new Map<string, Counters>();
  private readonly foreseen = new Map<string, Foreseen>();
  private away = false;
  private restUntil = 0;

  constructor(
    private readonly config: Config,
    private readonly metrics: HttpMetrics,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(RateLimits.name);
    const { redisUrl } = config.queue;
    this.redis = redisUrl === null ? null : connection(redisUrl);
  }

  /** Waits for the first connection, so that the first requests are counted where all others are. */
  async onModuleInit(): Promise<void> {
    if (!this.redis) return;
    const waited = new Promise<void>((resolve) => setTimeout(resolve, CONNECT_TIMEOUT_MS).unref());
    await Promise.race([this.redis.connect().catch(() => undefined), waited]);
  }

  /** Of one integration token, which may have a limit of its own. */
  ofToken(requestsPerMinute: number | null): RateLimit {
    const requests = requestsPerMinute ?? this.config.limits.tokenRequestsPerMinute;
    return { name: 'token', requests, windowSeconds: MINUTE };
  }

  /** Of all sessions of one user together. */
  get ofUser(): RateLimit {
    return { name: 'user', requests: this.config.limits.userRequestsPerMinute, windowSeconds: MINUTE };
  }

  /** Counts a request and says in the headers of its answer what is left. @throws AppError 429 */
  async consume(limit: RateLimit, key: string | number, reply: Answerable): Promise<void> {
    const allowance = this.foresee(limit, String(key)) ?? (await this.takeKnowing(limit, String(key)));
    reply.headers(rateLimitHeaders(allowance));
    if (!allowance.allowed) throw tooMany('too_many_requests', allowance.resetSeconds);
  }

  /** As `consume`, at once, where the limit is known to be far away; else nothing is done, and false. */
  consumeForeseen(limit: RateLimit, key: string | number, reply: Answerable): boolean {
    const allowance = this.foresee(limit, String(key));
    if (allowance) reply.headers(rateLimitHeaders(allowance));
    return allowance !== null;
  }

  /**
   * Counts a request that was refused with 401, by its address. Call it after the check, for those alone.
   * @throws AppError 429
   */
  async consumeRefused(address: string, reply: Answerable): Promise<void> {
    const requests = this.config.limits.refusedRequestsPerMinute;
    await this.consume({ name: 'refused', requests, windowSeconds: MINUTE }, addressKey(address), reply);
  }

  /** Counts a request, however many there were. */
  async take(limit: RateLimit, key: string): Promise<Allowance> {
    const { consumedPoints, msBeforeNext } = await this.add(limit, key, 1);
    return this.allowance(limit, consumedPoints, msBeforeNext);
  }

  private async takeKnowing(limit: RateLimit, key: string): Promise<Allowance> {
    const { consumedPoints, msBeforeNext } = await this.add(limit, key, 1);
    this.remember(`${limit.name} ${key}`, consumedPoints, msBeforeNext);
    return this.allowance(limit, consumedPoints, msBeforeNext);
  }

  /**
   * Where the limit is far away the request is let pass by what is known, and counted with others that come meanwhile: so
   * that neither waits for the count, and a flood is not a command each. Near the limit each waits for its own: null.
   */
  private foresee(limit: RateLimit, key: string): Allowance | null {
    const now = performance.now();
    const known = this.foreseen.get(`${limit.name} ${key}`);
    if (!known || now > Math.min(known.resetAt, known.knownAt + FORESIGHT_MS)) return null;
    if (!isAmple(limit, known.consumed)) return null;
    known.consumed++;
    known.untold++;
    if (!known.isTelling) void withoutLogContext(() => this.tell(limit, key, known));
    return this.allowance(limit, known.consumed, known.resetAt - now);
  }

  private async tell(limit: RateLimit, key: string, known: Foreseen): Promise<void> {
    known.isTelling = true;
    while (known.untold > 0) {
      const told = known.untold;
      known.untold = 0;
      const { consumedPoints, msBeforeNext } = await this.add(limit, key, told);
      const now = performance.now();
      known.consumed = consumedPoints + known.untold;
      known.knownAt = now;
      known.resetAt = now + msBeforeNext;
      await delay(TELLING_MS, undefined, { ref: false });
    }
    known.isTelling = false;
  }

  private remember(id: string, consumed: number, msBeforeNext: number): void {
    const now = performance.now();
    const known = this.foreseen.get(id);
    if (known?.isTelling) return;
    if (!known && this.foreseen.size >= FORESEEN_KEYS) this.forgetOld(now);
    this.foreseen.set(id, {
      consumed,
      untold: 0,
      isTelling: false,
      knownAt: now,
      resetAt: now + msBeforeNext,
    });
  }

  private forgetOld(now: number): void {
    for (const [id, { knownAt, isTelling }] of this.foreseen) {
      if (!isTelling && now - knownAt > FORESIGHT_MS) this.foreseen.delete(id);
    }
  }

  private add(limit: RateLimit, key: string, requests: number): Promise<RateLimiterRes> {
    return this.count(limit, (limiter) =>
      limiter.consume(key, requests).catch((refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return refusal;
        throw refusal;
      }),
    );
  }

  private allowance(limit: RateLimit, consumed: number, msBeforeNext: number): Allowance {
    const allowed = consumed <= limit.requests;
    if (!allowed) this.metrics.countRefused(limit.name);
    return {
      limit,
      allowed,
      remaining: Math.max(0, limit.requests - consumed),
      resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    };
  }

  /** Takes one request back. */
  async giveBack(limit: RateLimit, key: string): Promise<void> {
    await this.count(limit, (limiter) => limiter.reward(key));
  }

  /** Forgets all requests of a key. */
  async forget(limit: RateLimit, key: string): Promise<void> {
    await this.count(limit, (limiter) => limiter.delete(key));
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }

  private async count<T>(limit: RateLimit, ask: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T> {
    const { memory, redis } = this.countersOf(limit);
    if (!redis || Date.now() < this.restUntil) return ask(memory);
    // While it is away, one request asks whether it is back, and the others do not wait with it.
    if (this.away) this.restUntil = Date.now() + REST_MS;
    try {
      const answer = await ask(redis);
      if (this.away) this.logger.info('Redis counts requests again');
      this.away = false;
      this.restUntil = 0;
      return answer;
    } catch (err) {
      if (!this.away) this.logger.warn({ err }, 'Redis does not count requests; each process counts its own');
      this.away = true;
      this.restUntil = Date.now() + REST_MS;
      return ask(memory);
    }
  }

  /** The library has one limiter for each number of requests; in Redis they meet in one count by name and key. */
  private countersOf({ name, requests, windowSeconds, blocks }: RateLimit): Counters {
    const id = `${name} ${requests}`;
    let counters = this.counters.get(id);
    if (!counters) {
      const options = {
        points: requests,
        duration: windowSeconds,
        blockDuration: blocks ? windowSeconds : 0,
        keyPrefix: `${this.config.queue.redisPrefix}:limits:${name}`,
      };
      counters = {
        memory: new RateLimiterMemory(options),
        redis: this.redis && new RateLimiterRedis({ ...options, storeClient: this.redis }),
      };
      this.counters.set(id, counters);
    }
    return counters;
  }
}

const isAmple = ({ requests }: RateLimit, consumed: number): boolean =>
  requests - consumed > Math.max(AMPLE.requests, AMPLE.share * requests);

function connection(url: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    keepAlive: 10_000,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(200 * times, REST_MS),
    // A replica that was the primary takes no writes; its name may lead to another server by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  // What is away is told by the command that fails.
  redis.on('error', () => undefined);
  return redis;
}
